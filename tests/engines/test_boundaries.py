"""Whom time alone moves over a boundary: found from the rules, so that nobody else is decided again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parts.generated import (
    HEAD,
    NEEDS,
    as_columns,
    comparable,
    dates,
    escaped,
    expressions,
    over_people,
    several,
    table_xml,
)
from toimiva.engines.columnar.api import NotCompilable, compile_model, crossing
from toimiva.engines.dmn.api import Decider, read

PARAMETERS = '<inputData id="q" name="parameters"><variable name="parameters" typeRef="Any"/></inputData>'
NEEDS_TODAY = f'{NEEDS}<informationRequirement><requiredInput href="#q"/></informationRequirement>'


def decision(name: str, text: str, *requires: str) -> str:
    arrows = "".join(
        f'<informationRequirement><requiredDecision href="#{other}"/></informationRequirement>' for other in requires
    )
    body = f"<literalExpression><text>{escaped(text)}</text></literalExpression>"
    return f'<decision id="{name}" name="{name}"><variable name="{name}"/>{NEEDS_TODAY}{arrows}{body}</decision>'


def model_with(*decisions: str):
    return read(f"{HEAD}{PARAMETERS}{''.join(decisions)}</definitions>".encode())


def crossed(model, cases, before: dict, after: dict, wanted=("D",)) -> list[int]:
    """Numbers of the cases that may differ."""
    compiled = compile_model(model, after)
    if compiled.refused:
        raise next(iter(compiled.refused.values()))
    condition = crossing(model, set(wanted), before, after, compiled.types)
    source = " UNION ALL ".join(f"SELECT {i} AS number, {_columns(model, row)}" for i, row in enumerate(cases))
    query = f"SELECT number FROM ({compiled.over(f'({source})')}) WHERE {condition} ORDER BY number"
    with duckdb.connect() as connection:
        return [number for (number,) in connection.execute(query, dict(compiled.parameters) or None).fetchall()]


def _columns(model, row) -> str:
    inputs = {name: data for name, data in model.inputs.items() if name != "parameters"}
    return as_columns(inputs, model.types, row)


def born(*days: str) -> list[dict]:
    return [
        {"person": {"age": None, "born": dt.date.fromisoformat(day), "name": None, "ok": None}, "people": []}
        for day in days
    ]


def day(text: str) -> dict:
    return {"today": dt.date.fromisoformat(text)}


ADULT = (
    decision("Age", "years and months duration(person.born, parameters.today)"),
    decision("D", 'if Age >= duration("P18Y") then "adult" else "child"', "Age"),
)


def test_only_those_whose_birthday_it_is_cross_an_age():
    cases = born("2009-01-05", "2009-01-06", "2009-01-07", "1950-01-06", "2020-01-06")

    assert crossed(model_with(*ADULT), cases, day("2027-01-05"), day("2027-01-06")) == [1]


def test_who_was_born_on_a_leap_day_comes_of_age_on_the_first_of_march():
    cases = born("2008-02-29")

    assert crossed(model_with(*ADULT), cases, day("2026-02-27"), day("2026-02-28")) == []
    assert crossed(model_with(*ADULT), cases, day("2026-02-28"), day("2026-03-01")) == [0]


def test_rules_that_do_not_look_at_the_day_let_nobody_cross():
    model = model_with(decision("D", "person.age > 3"))
    compiled = compile_model(model, day("2027-01-06"))

    assert crossing(model, {"D"}, day("2027-01-05"), day("2027-01-06"), compiled.types) == "false"


def test_a_law_that_changes_moves_those_between_the_old_limit_and_the_new():
    model = model_with(decision("D", "person.age >= parameters.limit"))
    cases = [
        {"person": {"age": Decimal(n), "born": None, "name": None, "ok": None}, "people": []} for n in range(60, 70)
    ]

    assert crossed(model, cases, {"limit": Decimal(63)}, {"limit": Decimal(65)}) == [3, 4]


def test_a_list_is_looked_at_as_a_whole():
    """A sibling who comes of age moves the one whose list they are in."""
    text = 'some x in people satisfies years and months duration(x.born, parameters.today) >= duration("P18Y")'
    sibling = {"age": None, "born": dt.date(2009, 1, 6), "name": None, "ok": None}
    cases = [{"person": None, "people": []}, {"person": None, "people": [sibling]}]

    assert crossed(model_with(decision("D", text)), cases, day("2027-01-05"), day("2027-01-06")) == [1]


def test_a_value_that_is_the_day_itself_moves_everyone():
    model = model_with(decision("D", "parameters.today"))

    assert crossed(model, born("2009-01-06", "1950-01-01"), day("2027-01-05"), day("2027-01-06")) == [0, 1]


def test_what_has_no_columnar_form_says_so():
    model = model_with(decision("D", "person.age / 3 > parameters.limit"))
    with pytest.raises(NotCompilable):
        crossing(model, {"D"}, {"limit": 1}, {"limit": 2}, {})


def _today(text: str) -> str:
    """Some dates written out become the day."""
    return text.replace('date("2020-02-29")', "parameters.today").replace('date("2024-02-29")', "parameters.today")


moving = (
    st.sampled_from(["number", "date", "string", "boolean"]).flatmap(lambda kind: expressions(kind, "person", 2))
    | over_people(1)
).map(_today)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(moving, moving, several, dates, dates)
def test_whoever_is_decided_differently_has_crossed(first, second, cases, before, after):
    model = model_with(decision("A", first), decision("D", f"[string(A), string({second})][1]", "A"))
    for text in (model_with(decision("A", first), decision("D", second)), model):
        _hold(text, cases, {"today": before}, {"today": after})


def _hold(model, cases, before: dict, after: dict) -> None:
    try:
        found = crossed(model, cases, before, after)
    except NotCompilable:
        return
    decider = Decider(model)
    for number, row in enumerate(cases):
        old, new = (
            comparable(decider.decide({**row, "parameters": parameters})["D"]) for parameters in (before, after)
        )
        assert old == new or number in found, row


@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(["FIRST", "UNIQUE", "COLLECT"]), several, dates, dates)
def test_whoever_a_table_decides_differently_has_crossed(policy, cases, before, after):
    rules = [("< 5", "-", 1), ("[3..20]", "true", 2), (">= 18", "-", 3)]
    table = table_xml(policy, rules).replace(
        "<text>person.age</text>", "<text>years and months duration(person.born, parameters.today).years</text>"
    )
    _hold(
        model_with(f'<decision id="D" name="D"><variable name="D"/>{NEEDS_TODAY}{table}</decision>'),
        cases, {"today": before}, {"today": after},
    )  # fmt: skip
