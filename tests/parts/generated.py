"""Generated DMN models and rows, for holding the ways to run a model against each other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from toimiva.engines.columnar.api import DUCKDB, ContextType, Dialect, ListType, Type, constant, type_named
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


def as_columns(inputs, types, row, dialect: Dialect = DUCKDB) -> str:
    """A row's inputs as columns of the types that the model gives them."""
    kinds = {name: type_named(data.type_ref, types) for name, data in inputs.items()}
    return ", ".join(f"{sql_value(row[name], kind, dialect)} AS {dialect.quote(name)}" for name, kind in kinds.items())


def sql_value(value, kind: Type, dialect: Dialect = DUCKDB) -> str:
    """A value as SQL, in a type."""
    if value is None:
        return dialect.null(kind)
    match kind:
        case ListType(item):
            return dialect.cast(dialect.array([sql_value(part, item, dialect) for part in value]), kind)
        case ContextType(fields):
            named = [(name, sql_value(value[name], field, dialect)) for name, field in fields]
            if dialect is DUCKDB:
                return "{" + ", ".join(f"{dialect.quote(name)}: {part}" for name, part in named) + "}"
            return "named_struct(" + ", ".join(f"{dialect.text(name)}, {part}" for name, part in named) + ")"
    return dialect.cast(dialect.emit(constant(value)), kind)


def comparable(value):
    if isinstance(value, YearsMonths):
        return value.months
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return Decimal(value).normalize() if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


several = st.lists(rows, min_size=1, max_size=30)
