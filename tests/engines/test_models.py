"""DMN files: read safely, faults all at once, decided with the trace of why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engines.test_columnar_equals_interpreter import model_of, table_xml
from toimiva.engines.models.api import Decider, DmnError, doubtful, gaps, load, overlaps, read


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
        b'<?xml version="1.0" encoding="utf-88"?><definitions/>',
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


def test_a_decision_that_comes_back_to_itself_through_a_function_or_a_service_is_refused():
    function = """<businessKnowledgeModel id="f" name="F"><encapsulatedLogic><literalExpression><text>A</text></literalExpression></encapsulatedLogic>
      <knowledgeRequirement><requiredKnowledge href="#a"/></knowledgeRequirement></businessKnowledgeModel>"""
    service = '<decisionService id="f" name="F"><outputDecision href="#a"/></decisionService>'
    for part in (function, service):
        circle = f"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="c">{part}
          <decision id="a" name="A"><variable name="A"/><knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>
            <literalExpression><text>F()</text></literalExpression></decision>
        </definitions>"""

        with pytest.raises(DmnError, match="circle"):
            read(circle.encode())


HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="{0}" namespace="{0}">'


def test_a_model_uses_another_by_import():
    fees = (
        HEAD.format("fees")
        + """
      <itemDefinition name="Fee"><typeRef>number</typeRef><allowedValues><text>[0..100]</text></allowedValues></itemDefinition>
      <businessKnowledgeModel id="b" name="Fee of"><variable name="Fee of"/>
        <encapsulatedLogic><formalParameter name="n" typeRef="number"/><literalExpression><text>n * 10</text></literalExpression></encapsulatedLogic>
      </businessKnowledgeModel></definitions>"""
    )
    city = (
        HEAD.format("city")
        + """
      <import name="fees" namespace="fees" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
      <inputData id="i" name="children"><variable name="children" typeRef="number"/></inputData>
      <decision id="d" name="To pay"><variable name="To pay" typeRef="fees.Fee"/>
        <informationRequirement><requiredInput href="#i"/></informationRequirement>
        <knowledgeRequirement><requiredKnowledge href="fees#b"/></knowledgeRequirement>
        <literalExpression><text>fees.Fee of(children)</text></literalExpression></decision></definitions>"""
    )
    decider = Decider(read(city.encode(), lambda namespace, _: read(fees.encode()) if namespace == "fees" else None))

    assert decider.decide({"children": Decimal(3)}) == {"To pay": Decimal(30)}
    step = decider.evaluate("To pay", {"children": Decimal(11)})
    assert step.value is None
    assert "110" in step.warnings[-1]


def test_a_name_without_an_arrow_is_a_fault_as_it_would_be_null():
    text = (
        HEAD.format("m")
        + """<inputData id="i" name="income"><variable name="income" typeRef="number"/></inputData>
      <decision id="d" name="Poor"><variable name="Poor"/><literalExpression><text>income &lt; 100</text></literalExpression></decision></definitions>"""
    )

    with pytest.raises(DmnError, match="Draw an arrow from 'income' to 'Poor'"):
        read(text.encode())


def test_one_broken_expression_does_not_keep_the_others_from_being_decided():
    text = (
        HEAD.format("m")
        + """
      <decision id="a" name="A"><variable name="A"/><literalExpression><text>1 +</text></literalExpression></decision>
      <decision id="b" name="B"><variable name="B"/><literalExpression><text>2</text></literalExpression></decision></definitions>"""
    )

    model, faults = load(text.encode())

    assert [fault.line for fault in faults] == [2]
    assert Decider(model).decide({}) == {"A": None, "B": Decimal(2)}
    assert "cannot start" in Decider(model).evaluate("A", {}).warnings[0]


def test_every_kind_of_boxed_expression_is_decided():
    text = (
        HEAD.format("m")
        + """
      <decision id="r" name="R"><variable name="R"/><relation><column name="a"/><row><literalExpression><text>1</text></literalExpression></row><row><literalExpression><text>2</text></literalExpression></row></relation></decision>
      <decision id="f" name="F"><variable name="F"/><informationRequirement><requiredDecision href="#r"/></informationRequirement>
        <filter><in><literalExpression><text>R</text></literalExpression></in><match><literalExpression><text>a &gt; 1</text></literalExpression></match></filter></decision>
      <decision id="l" name="L"><variable name="L"/><for iteratorVariable="i"><in><literalExpression><text>1..3</text></literalExpression></in><return><literalExpression><text>i * 2</text></literalExpression></return></for></decision>
      <decision id="s" name="S"><variable name="S"/><some iteratorVariable="i"><in><literalExpression><text>[1,2]</text></literalExpression></in><satisfies><literalExpression><text>i = 2</text></literalExpression></satisfies></some></decision>
      <decision id="c" name="C"><variable name="C"/><conditional><if><literalExpression><text>true</text></literalExpression></if><then><literalExpression><text>"yes"</text></literalExpression></then><else><literalExpression><text>"no"</text></literalExpression></else></conditional></decision>
      <decision id="x" name="X"><variable name="X"/><context>
        <contextEntry><variable name="double"/><functionDefinition><formalParameter name="n" typeRef="number"/><literalExpression><text>n * 2</text></literalExpression></functionDefinition></contextEntry>
        <contextEntry><literalExpression><text>double(4)</text></literalExpression></contextEntry></context></decision></definitions>"""
    )

    decided = Decider(load(text.encode())[0]).decide({})

    assert decided["F"] == [{"a": Decimal(2)}]
    assert decided["S"] is True
    assert decided["C"] == "yes"
    assert decided["X"] == Decimal(8)


def test_a_recursion_without_end_is_null_with_its_reason():
    text = (
        HEAD.format("m")
        + """<businessKnowledgeModel id="b" name="F"><variable name="F"/><knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>
        <encapsulatedLogic><formalParameter name="n"/><literalExpression><text>F(n + 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
      <decision id="d" name="D"><variable name="D"/><knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement><literalExpression><text>F(1)</text></literalExpression></decision></definitions>"""
    )

    step = Decider(read(text.encode())).evaluate("D", {})

    assert step.value is None
    assert "deep" in step.warnings[-1]


def test_a_function_of_java_is_refused():
    text = (
        HEAD.format("m")
        + """<decision id="d" name="D"><variable name="D"/><functionDefinition kind="Java"><formalParameter name="n"/><context/></functionDefinition></decision></definitions>"""
    )

    with pytest.raises(DmnError, match="may not run code outside FEEL"):
        read(text.encode())


@pytest.mark.parametrize(
    "rules, apart, example",
    [
        ([("< 5", "-", 1), (">= 5", "-", 2)], True, None),
        ([("<= 5", "-", 1), (">= 5", "-", 2)], False, {"person.age": Decimal(5)}),
        ([("[1..3)", "-", 1), ("[3..4]", "-", 2)], True, None),
        ([("1, 2", "true", 1), ("2", "false", 2)], True, None),
        ([("not(4)", "-", 1), ("(3..5)", "-", 2)], False, {"person.age": Decimal("3.5")}),
        ([("-", "true", 1), ("-", "-", 2)], False, {"person.ok": True}),
        ([("person.age", "-", 1), ("2", "-", 2)], False, None),
    ],
)
def test_rules_that_overlap_are_shown_by_an_example(rules, apart, example):
    table = read(model_of(table_xml("UNIQUE", rules)).encode()).decisions["D"].expression

    found = [overlap.example for overlap in overlaps(table)]

    assert (not doubtful(table)) is apart
    assert found == ([example] if example else [])


def test_a_case_that_no_rule_covers_is_shown():
    covered = read(model_of(table_xml("UNIQUE", [("< 5", "-", 1), (">= 5", "true", 2), (">= 5", "false", 3)])).encode())
    gap = read(model_of(table_xml("UNIQUE", [("< 5", "-", 1), ("> 5", "true", 2), (">= 5", "false", 3)])).encode())

    assert gaps(covered.decisions["D"].expression) is None
    assert gaps(gap.decisions["D"].expression) == {"person.age": Decimal(5), "person.ok": True}


def test_a_file_nested_without_end_is_refused():
    inside = "<literalExpression><text>1</text></literalExpression>"
    for _ in range(3000):
        inside = f"<list>{inside}</list>"
    text = HEAD.format("m") + f'<decision id="d" name="D"><variable name="D"/>{inside}</decision></definitions>'

    with pytest.raises(DmnError, match="nested too deep"):
        read(text.encode())


@pytest.mark.parametrize(
    "cell", ['@"10:00:00+02:00"', '@"2021-01-01T00:00:00Z", @"2021-01-01T00:00:00"', '@"-99999-01-01"', '@"P1Y"']
)
def test_values_that_cannot_be_sampled_leave_a_column_open(cell):
    rules = [(cell, "-", 1), ("-", "-", 2)]
    table = read(model_of(table_xml("UNIQUE", rules)).encode()).decisions["D"].expression

    assert doubtful(table) == [(0, 1)]
    assert gaps(table) is None
