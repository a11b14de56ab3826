"""Writing a model back: the cells that were asked for change, and not one other byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from toimiva.engines import dmn
from toimiva.engines.dmn.api import Decider, DmnError

MODEL = Path(__file__).parent.parent.parent / "cities" / "helsinki" / "services" / "preschool" / "decision.dmn"


@pytest.fixture
def source() -> bytes:
    return MODEL.read_bytes()


def test_nothing_asked_for_is_nothing_changed(source):
    assert dmn.rewrite(source, {}) == source


def test_a_decisions_text_is_another_and_the_drawing_is_as_it_was(source):
    written = dmn.rewrite(source, {"d_age_this_year": "parameters.school_year_starts.year - child.born.year + 1"})

    before, after = source.splitlines(), written.splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert b"child.born.year + 1" in changed[0][1]
    assert source[source.index(b"<dmndi:DMNDI>") :] == written[written.index(b"<dmndi:DMNDI>") :]


def test_marks_of_xml_in_a_text_are_written_as_text(source):
    written = dmn.rewrite(source, {"d_dead": 'child.died != null and child.sub_area < "5"'})

    assert b"child.sub_area &lt; " in written
    decided = Decider(dmn.read(written)).decide({"child": {"died": None, "sub_area": "1"}})
    assert decided["Dead"] is False


def test_several_texts_at_once_each_find_their_place(source):
    texts = {"d_dead": "child.died = null", "d_extended": "false", "d_present_unit": '"a unit"'}

    model = dmn.read(dmn.rewrite(source, texts))

    found = {name: model.decisions[name].expression.text for name in ("Dead", "Extended", "Present unit")}
    assert found == {"Dead": "child.died = null", "Extended": "false", "Present unit": '"a unit"'}


def test_an_id_without_a_text_and_a_text_that_is_no_feel_are_refused(source):
    with pytest.raises(DmnError, match="No element 'nobody' has a text"):
        dmn.rewrite(source, {"nobody": "1"})
    with pytest.raises(DmnError, match="not FEEL"):
        dmn.rewrite(source, {"d_dead": "child.died ="})
    with pytest.raises(DmnError, match="UTF-8"):
        dmn.rewrite(
            source.replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"').replace(b"Pre-school", b"F\xf6rskola"),
            {"d_dead": "true"},
        )


def test_an_empty_text_is_filled():
    empty = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="m">
      <decision id="d" name="D"><variable name="D"/><literalExpression id="e"><text>1</text></literalExpression></decision></definitions>"""

    assert b"<text>2</text>" in dmn.rewrite(empty, {"e": "2"})
    assert dmn.rewrite(empty, {"d": "2"}) == dmn.rewrite(empty, {"e": "2"})
