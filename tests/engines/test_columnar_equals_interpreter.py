"""One model, two ways to run it: on generated expressions, tables and rows, SQL gives what the interpreter gives."""

from __future__ import annotations

import os
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from tests.parts.generated import (
    NEEDS,
    as_columns,
    comparable,
    escaped,
    expression,
    model_of,
    rows,
    several,
    table,
    table_xml,
)
from toimiva.engines.columnar.api import NotCompilable, compile_model
from toimiva.engines.dmn.api import Decider, load, read


def by_sql(model, cases):
    """What DuckDB gives for each case, all of them in one query."""
    compiled = compile_model(model, {})
    if compiled.refused:
        raise next(iter(compiled.refused.values()))
    source = " UNION ALL ".join(
        f"SELECT {number} AS number, {as_columns(model.inputs, model.types, row)}" for number, row in enumerate(cases)
    )
    with duckdb.connect() as connection:
        found = connection.execute(f'SELECT "D" FROM ({compiled.over(f"({source})")}) ORDER BY number').fetchall()
    return [value for (value,) in found]


def hold_equal(xml: str, *cases) -> None:
    model = read(xml.encode())
    decider = Decider(model)
    try:
        found = by_sql(model, cases)
    except NotCompilable:
        return  # refused, and so decided by the interpreter
    for row, value in zip(cases, found, strict=True):
        assert comparable(value) == comparable(decider.decide(row)["D"]), f"{xml}\n{row}"


MODELS = int(os.environ.get("TOIMIVA_MODELS", "250"))  # `python -m benchmarks equal` asks for more


@settings(max_examples=MODELS, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(expression, several)
def test_an_expression_is_the_same_in_sql(text, cases):
    hold_equal(model_of(f"<literalExpression><text>{escaped(text)}</text></literalExpression>"), *cases)


@settings(
    max_examples=MODELS // 2, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(table, several)
def test_a_decision_table_is_the_same_in_sql(made, cases):
    hold_equal(model_of(table_xml(*made)), *cases)


def test_most_of_what_is_generated_compiles():
    """A property over refusals alone would prove nothing."""
    texts = [
        "person.age + 1 > 3",
        "some x in people satisfies x.ok",
        'person.born + duration("P1Y")',
        "count(people[item.age > 2])",
    ]
    for text in texts:
        model = read(model_of(f"<literalExpression><text>{escaped(text)}</text></literalExpression>").encode())
        assert not compile_model(model, {}).refused


def test_what_has_no_exact_form_is_refused_with_place_and_reason():
    model = read(model_of("<literalExpression><text>person.age / 3</text></literalExpression>").encode())

    refusal = compile_model(model, {}).refused["D"]

    assert "no exact columnar form" in refusal.reason
    assert refusal.text == "person.age / 3"


def test_two_rules_of_a_unique_table_give_null_both_ways():
    xml = model_of(table_xml("UNIQUE", [("< 5", "-", 1), ("-", "true", 2)]))

    hold_equal(xml, {"person": {"age": Decimal(1), "born": None, "name": None, "ok": True}, "people": []})


def test_an_overflow_is_an_error_and_never_a_wrapped_number():
    model = read(model_of("<literalExpression><text>person.age * person.age</text></literalExpression>").encode())
    row = {"person": {"age": Decimal(10) ** 20, "born": None, "name": None, "ok": None}, "people": []}

    with pytest.raises(duckdb.Error):
        by_sql(model, [row])


KNOWLEDGE = """
  <businessKnowledgeModel id="fee" name="Fee"><variable name="Fee" typeRef="number"/><encapsulatedLogic><formalParameter name="n" typeRef="number"/>
    <decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>n</text></inputExpression></input><output/>
      <rule><inputEntry><text>&lt; 3</text></inputEntry><outputEntry><text>n * 10</text></outputEntry></rule>
      <rule><inputEntry><text>&gt;= 3</text></inputEntry><outputEntry><text>30</text></outputEntry></rule></decisionTable></encapsulatedLogic></businessKnowledgeModel>
  <businessKnowledgeModel id="twice" name="Twice"><variable name="Twice"/><knowledgeRequirement><requiredKnowledge href="#fee"/></knowledgeRequirement>
    <encapsulatedLogic><formalParameter name="a"/><literalExpression><text>Fee(a) + Fee(n: a + 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
  <businessKnowledgeModel id="endless" name="Endless"><variable name="Endless"/><knowledgeRequirement><requiredKnowledge href="#endless"/></knowledgeRequirement>
    <encapsulatedLogic><formalParameter name="a"/><literalExpression><text>Endless(a)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"""


def calling(function: str, body: str) -> str:
    arrow = f'<knowledgeRequirement><requiredKnowledge href="#{function}"/></knowledgeRequirement>'
    return model_of(body).replace('<decision id="d"', f'{KNOWLEDGE}<decision id="d"').replace(NEEDS, NEEDS + arrow)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_a_function_of_the_model_is_written_out_where_it_is_called(row):
    literal = calling("twice", "<literalExpression><text>Twice(person.age)</text></literalExpression>")
    boxed = calling(
        "twice",
        "<invocation><literalExpression><text>Twice</text></literalExpression><binding><parameter name='a'/><literalExpression><text>person.age</text></literalExpression></binding></invocation>",
    )

    assert not compile_model(read(literal.encode()), {}).refused
    hold_equal(literal, row)
    hold_equal(boxed, row)


def test_a_function_that_calls_itself_is_left_to_the_interpreter():
    model = read(calling("endless", "<literalExpression><text>Endless(person.age)</text></literalExpression>").encode())

    assert "no columnar form" in compile_model(model, {}).refused["D"].reason


def test_a_decision_that_would_be_endless_when_written_out_is_refused():
    text = "person.age"
    for _ in range(12):
        text = f"Twice({text})"
    model = read(calling("twice", f"<literalExpression><text>{text}</text></literalExpression>").encode())

    assert "more than" in compile_model(model, {}).refused["D"].reason


ELSA = {"person": {"age": Decimal("0.001"), "born": None, "name": "Elsa", "ok": True}, "people": []}


@pytest.mark.parametrize(
    "text",
    [
        "person.age * person.age * person.age * 1000000",  # decimals beyond those of a column are kept, not rounded
        "[person.age * person.age * person.age]",
        "{a: person.age * person.age * person.age}.a",
        "[0.1234567, person.age]",
        "if person.ok then 0.12345678 else person.age",
        "count(for person in [1, 2] return person) + person.age",  # a loop's variable hides a column only inside it
        "(if person.ok then 2000000000 else 1) + (if person.ok then 2000000000 else 1)",
        "{now: now()}.now = null",
    ],
)
def test_what_sql_could_get_wrong_is_the_same_or_refused(text):
    hold_equal(model_of(f"<literalExpression><text>{escaped(text)}</text></literalExpression>"), ELSA)


def test_a_decision_reads_only_what_it_requires_in_sql_too():
    model, faults = load(
        model_of("<literalExpression><text>person.age</text></literalExpression>").replace(NEEDS, "").encode()
    )

    assert faults
    assert Decider(model).decide(ELSA)["D"] is None
    assert by_sql(model, [ELSA]) == [None]
