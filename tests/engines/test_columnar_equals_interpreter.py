"""One model, two ways to run it: on generated expressions, tables and rows, SQL gives what the interpreter gives."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toimiva.engines.columnar.api import NotCompilable, compile_model, sql_type, type_named
from toimiva.engines.dmn.api import Decider, load, read
from toimiva.engines.feel.api import YearsMonths

TYPES = """
  <itemDefinition name="Person">
    <itemComponent name="age"><typeRef>number</typeRef></itemComponent>
    <itemComponent name="born"><typeRef>date</typeRef></itemComponent>
    <itemComponent name="name"><typeRef>string</typeRef></itemComponent>
    <itemComponent name="ok"><typeRef>boolean</typeRef></itemComponent>
  </itemDefinition>
  <itemDefinition name="People" isCollection="true"><typeRef>Person</typeRef></itemDefinition>
"""
HEAD = f"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="generated" id="g">{TYPES}
  <inputData id="p" name="person"><variable name="person" typeRef="Person"/></inputData>
  <inputData id="l" name="people"><variable name="people" typeRef="People"/></inputData>
"""
NEEDS = '<informationRequirement><requiredInput href="#p"/></informationRequirement><informationRequirement><requiredInput href="#l"/></informationRequirement>'

numbers = (st.integers(-50, 50) | st.integers(0, 9)).map(Decimal)  # often at the ends of the ranges below
dates = st.dates(dt.date(1996, 1, 1), dt.date(2030, 12, 31)) | st.sampled_from(
    [dt.date(2020, 2, 29), dt.date(2024, 2, 29)]
)
names = st.sampled_from(["", "Elsa", "Åke", "a'b", "Ö"])
person = st.fixed_dictionaries({
    "age": st.none() | numbers, "born": st.none() | dates, "name": st.none() | names, "ok": st.none() | st.booleans(),
})  # fmt: skip
rows = st.fixed_dictionaries({"person": st.none() | person, "people": st.none() | st.lists(person, max_size=3)})


def expressions(of: str, path: str, depth: int) -> st.SearchStrategy[str]:
    """FEEL texts of a type over a person at `path`."""

    def below(kind):
        return expressions(kind, path, depth - 1)

    leaves = {
        "number": st.just(f"{path}.age") | st.integers(-20, 20).map(str) | st.sampled_from(["0.001", "-2.5", "0.0001"]),
        "date": st.just(f"{path}.born") | dates.map(lambda d: f'date("{d}")'),
        "string": st.just(f"{path}.name") | names.map(lambda n: f'"{n}"'),
        "boolean": st.just(f"{path}.ok") | st.sampled_from(["true", "false"]),
    }[of]
    if depth == 0:
        return leaves
    if of == "number":
        return (
            leaves
            | st.tuples(below("number"), st.sampled_from("+-*"), below("number")).map(
                lambda t: f"({t[0]} {t[1]} {t[2]})"
            )
            | below("date").map(lambda d: f"{d}.year" if "(" not in d else f"({d}).month")
            | st.tuples(below("date"), below("date")).map(lambda t: f"years and months duration({t[0]}, {t[1]}).years")
            | below("string").map(lambda s: f"string length({s})")
        )
    if of == "date":
        return (
            leaves
            | below("date").map(lambda d: f'({d} + duration("P1Y1M"))')
            | below("date").map(lambda d: f'({d} - duration("P3D"))')
            | st.tuples(st.integers(2019, 2025), st.integers(1, 13), st.integers(1, 31)).map(
                lambda t: f"date({t[0]}, {t[1]}, {t[2]})"
            )
        )
    if of == "string":
        return leaves | st.tuples(below("boolean"), below("string"), below("string")).map(
            lambda t: f"if {t[0]} then {t[1]} else {t[2]}"
        )
    compared = st.sampled_from(["number", "date", "string"]).flatmap(
        lambda kind: st.tuples(below(kind), st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), below(kind)).map(
            lambda t: f"(({t[0]}) {t[1]} ({t[2]}))"
        )
    )
    ends = st.tuples(st.sampled_from("[("), st.integers(-3, 9), st.integers(0, 4), st.sampled_from("])"))
    tests = st.tuples(below("number"), ends).map(
        lambda t: f"({t[0]}) in {t[1][0]}{t[1][1]}..{t[1][1] + t[1][2]}{t[1][3]}"
    )
    return (
        leaves | compared | tests
        | st.tuples(below("boolean"), st.sampled_from(["and", "or"]), below("boolean")).map(lambda t: f"(({t[0]}) {t[1]} ({t[2]}))")
        | below("boolean").map(lambda b: f"not({b})")
        | st.tuples(below("date"), below("date"), below("date")).map(lambda t: f"(({t[0]}) between ({t[1]}) and ({t[2]}))")
    )  # fmt: skip


def over_people(depth: int) -> st.SearchStrategy[str]:
    condition = expressions("boolean", "x", depth)
    return (
        condition.map(lambda c: f"some x in people satisfies {c}")
        | condition.map(lambda c: f"every x in people satisfies {c}")
        | expressions("boolean", "item", depth).map(lambda c: f"count(people[{c}])")
        | expressions("number", "x", depth).map(lambda e: f"for x in people return {e}")
    )


expression = st.sampled_from(["number", "date", "string", "boolean"]).flatmap(
    lambda kind: expressions(kind, "person", 2)
) | over_people(1)
cell = st.sampled_from(["-", "< 5", ">= 6", "[3..7]", "(3..7)", "[0..3)", "(5..9]", "not(4)", "1, 2, 3", "null"])
table = st.tuples(
    st.sampled_from(
        [
            "FIRST",
            "UNIQUE",
            "ANY",
            "PRIORITY",
            "COLLECT",
            "RULE ORDER",
            "OUTPUT ORDER",
            'COLLECT" aggregation="COUNT',
            'COLLECT" aggregation="SUM',
            'COLLECT" aggregation="MIN',
            'COLLECT" aggregation="MAX',
        ]
    ),
    st.lists(st.tuples(cell, st.sampled_from(["-", "true", "false"]), st.integers(-4, 9)), min_size=1, max_size=5),
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def model_of(body: str) -> str:
    return f'{HEAD}<decision id="d" name="D"><variable name="D"/>{NEEDS}{body}</decision></definitions>'


def table_xml(hit_policy: str, rules: list[tuple[str, str, int]]) -> str:
    # values in no order of size, and not all of them
    values = "<outputValues><text>3, -1, 1, 7, -3, 0, 9</text></outputValues>"
    text = "".join(
        f"<rule><inputEntry><text>{escaped(a)}</text></inputEntry><inputEntry><text>{b}</text></inputEntry><outputEntry><text>{c}</text></outputEntry></rule>"
        for a, b, c in rules
    )
    return (
        f'<decisionTable hitPolicy="{hit_policy}"><input><inputExpression><text>person.age</text></inputExpression></input>'
        f"<input><inputExpression><text>person.ok</text></inputExpression></input><output>{values}</output>{text}</decisionTable>"
    )


def sql_value(value) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case dt.date():
            return f"DATE '{value}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list():
            return f"[{', '.join(map(sql_value, value))}]"
        case dict():
            return "{" + ", ".join(f"'{key}': {sql_value(item)}" for key, item in value.items()) + "}"
    return str(value)


def by_sql(model, cases):
    """What DuckDB gives for each case, all of them in one query."""
    compiled = compile_model(model, {})
    if compiled.refused:
        raise next(iter(compiled.refused.values()))
    source = " UNION ALL ".join(
        f"SELECT {number} AS number, {as_columns(model, row)}" for number, row in enumerate(cases)
    )
    with duckdb.connect() as connection:
        found = connection.execute(f'SELECT "D" FROM ({compiled.over(f"({source})")}) ORDER BY number').fetchall()
    return [value for (value,) in found]


def as_columns(model, row) -> str:
    return ", ".join(
        f'CAST({sql_value(row[name])} AS {sql_type(type_named(data.type_ref, model.types))}) AS "{name}"'
        for name, data in model.inputs.items()
    )


def comparable(value):
    if isinstance(value, YearsMonths):
        return value.months
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return Decimal(value).normalize() if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


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
several = st.lists(rows, min_size=1, max_size=30)


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
