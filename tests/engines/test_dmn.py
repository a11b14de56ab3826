"""DMN files: read safely, faults all at once, decided with the trace of why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engines.test_columnar_equals_interpreter import model_of, table_xml
from toimiva.engines.dmn.api import Decider, DmnError, read


def person(age, ok):
    return {"person": {"age": Decimal(age), "born": None, "name": None, "ok": ok}, "people": []}


def test_a_trace_tells_which_rule_hit_and_what_failed_first_in_the_others():
    model = read(model_of(table_xml("FIRST", [("< 5", "-", 1), (">= 6", "false", 2), ("-", "-", 3)])).encode())

    step = Decider(model).trace(person(7, True)).steps["D"]

    assert step.value == 3
    assert [hit.rule for hit in step.hits] == [3]
    assert [(miss.rule, miss.column, miss.test) for miss in step.misses] == [
        (1, "person.age", "< 5"),
        (2, "person.ok", "false"),
    ]


def test_every_fault_is_told_at_once_with_its_line():
    text = model_of(table_xml("MOST", [("< ", "-", 1)])).replace('href="#l"', 'href="#nobody"')

    with pytest.raises(DmnError) as refusal:
        read(text.encode())

    messages = [fault.message for fault in refusal.value.faults]
    assert any("MOST" in message for message in messages)
    assert any("#nobody" in message for message in messages)
    assert any("not FEEL tests" in message for message in messages)
    assert all(fault.line > 0 and fault.mend for fault in refusal.value.faults)


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><definitions>&b;</definitions>',
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions/>',
        b"<definitions",
        b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
    ],
)
def test_a_hostile_or_broken_file_is_refused(hostile):
    with pytest.raises(DmnError):
        read(hostile)


def test_decisions_in_a_circle_are_refused():
    circle = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="c">
      <decision id="a" name="A"><variable name="A"/><informationRequirement><requiredDecision href="#b"/></informationRequirement><literalExpression><text>B</text></literalExpression></decision>
      <decision id="b" name="B"><variable name="B"/><informationRequirement><requiredDecision href="#a"/></informationRequirement><literalExpression><text>A</text></literalExpression></decision>
    </definitions>"""

    with pytest.raises(DmnError, match="circle"):
        read(circle.encode())
