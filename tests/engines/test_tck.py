"""The standard's compatibility kit: what it expects is what the engine gives, but for what is left out on purpose."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from toimiva.engines.tck.api import compile_cases, run

KIT = Path(__file__).parents[3] / "shared" / "dmn-tck"
NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
needs_kit = pytest.mark.skipif(not KIT.is_dir(), reason="the DMN compatibility kit is not beside the project")

# Left out on purpose: Java functions are refused, and a second has six decimals, as in Python and in SQL.
LEFT_OUT = {"0076-feel-external-java.dmn", "1117-feel-date-and-time-function.dmn"}

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="m">
  <inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>
  <decision id="d" name="D"><variable name="D"/><informationRequirement><requiredInput href="#i"/></informationRequirement>
    <literalExpression><text>n * 2</text></literalExpression></decision>
</definitions>"""
CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>m.dmn</modelName>
  <testCase id="right"><inputNode name="n"><value xsi:type="xsd:decimal">2</value></inputNode>
    <resultNode name="D"><expected><value xsi:type="xsd:decimal">4</value></expected></resultNode></testCase>
  <testCase id="wrong"><inputNode name="n"><value xsi:type="xsd:decimal">2</value></inputNode>
    <resultNode name="D"><expected><value xsi:type="xsd:decimal">5</value></expected></resultNode></testCase>
</testCases>"""


def test_the_runner_tells_a_right_result_from_a_wrong_one(tmp_path):
    folder = tmp_path / "compliance-level-2" / "m"
    folder.mkdir(parents=True)
    (folder / "m.dmn").write_text(MODEL)
    (folder / "m-test-01.xml").write_text(CASES)

    report = run(tmp_path, NOW)

    assert (report.total["2"], report.passed["2"]) == (2, 1)
    assert [(failure.case, failure.reason.strip()) for failure in report.failed] == [
        ("wrong", "D: expected number 5, found number 4.")
    ]


@needs_kit
def test_the_kit_passes_but_for_what_is_left_out_on_purpose():
    report = run(KIT, NOW)

    assert report.total["2"] == report.passed["2"] == 116
    assert report.total.total() == 3391
    assert {failure.model for failure in report.failed} <= LEFT_OUT
    assert report.passed.total() >= 3370


@needs_kit
def test_what_compiles_gives_in_sql_what_the_interpreter_gives():
    compiled = compile_cases(KIT, NOW)

    assert not compiled.differences
    assert compiled.native == compiled.agree >= 0.9 * compiled.decisions
    assert compiled.native > compiled.constant  # some of them read their inputs
