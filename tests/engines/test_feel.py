"""FEEL, read and evaluated: small examples from the standard, and what cannot be read."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toimiva.engines.feel.api import (
    FeelError,
    FeelSyntaxError,
    LimitExceeded,
    Scope,
    YearsMonths,
    evaluate,
    number,
    parse,
    prepare,
)

DAY = dt.date(2021, 6, 5)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1 + 2 * 3 ** 2", number(19)),
        ("0.1 + 0.2 = 0.3", True),
        ("-2 ** 2", number(4)),
        ('"a" + "b"', "ab"),
        ("null = null", True),
        ("null and false", False),
        ("null or true", True),
        ("null and true", None),
        ("1 < null", None),
        ('1 = "1"', None),
        ("if null then 1 else 2", number(2)),
        ("[1, 2, 3][item > 1]", [number(2), number(3)]),
        ("[1, 2, 3][-1]", number(3)),
        ("some x in [1, null] satisfies x > 2", None),
        ("some x in [3, null] satisfies x > 2", True),
        ("every x in [] satisfies false", True),
        ("for i in 1..3 return i * i", [number(1), number(4), number(9)]),
        ("{a b: 1, c: a b + 1}.c", number(2)),
        ("5 in (<3, [5..7])", True),
        ("5 between 6 and 7", False),
        ('date("2020-02-29") + duration("P1Y")', dt.date(2021, 2, 28)),
        ('years and months duration(date("2020-02-29"), date("2021-02-28"))', YearsMonths(11)),
        ('(date("2021-03-01") - date("2021-02-28")) = duration("P1D")', True),
        ("date(2021, 2, 30)", None),
        ('substring("esikoulu", -5, 2)', "ko"),
        ("count([1, null])", number(2)),
        ("list contains([1, null], null)", True),
        ("function(x) x + 1", None),
        ("modulo(-5, 3)", number(1)),
        ('string(@"P1DT2H")', "P1DT2H"),
        ("10 / 4", number("2.5")),
        ("1 / 0", None),
        ("0 ** -2.5", None),
        ("for i in 3..1 return i", [number(3), number(2), number(1)]),
        ("for i in [3..1] return i", None),
        ('replace("Mannerheimintie 5", "(\\d+)", "no $1")', "Mannerheimintie no 5"),
        ("sort([3, 1, 2], function(x, y) x < y)", [number(1), number(2), number(3)]),
        ("[1, 2] instance of list<number>", True),
        ("overlaps([1..5], (5..8])", False),
        ('context put({a: {b: 1}}, ["a", "b"], 2).a.b', number(2)),
        ("1 in [1..3[", True),
        ("median([4, 1, 3])", number(3)),
        ('string(date("2021-02-28") - duration("P3000Y"))', "-0979-02-28"),
        ('date("10000-02-29") > date("9999-12-31")', True),
        ('string(date and time("9999-12-31T23:00:00") + duration("PT2H"))', "10000-01-01T01:00:00"),
        ('day of week(date("-0001-01-01"))', "Friday"),
        ('string(time("10:00:00+02:00") + duration("PT90M"))', "11:30:00+02:00"),
        ('is(@"-99999-01-01T00:00:00", @"-99999-01-01T00:00:00")', True),
        ("{a: 1, a: 2}", None),
        ("today()", None),
    ],
)  # fmt: skip
def test_an_expression_has_its_value(text, expected):
    value = evaluate(parse(text), {})
    if text.startswith("function"):
        assert value.parameters == ("x",)
    else:
        assert value == expected
        assert type(value) is type(expected)


def test_names_may_hold_spaces_and_words_of_the_language():
    scope = {"early education": {"in city": True}, "order number": number(7)}

    assert evaluate(parse("early education.in city", ["early education", "in city"]), scope) is True
    assert evaluate(parse("order number + 1", ["order number"]), scope) == number(8)


def test_a_null_tells_why():
    scope = Scope({"born": DAY})

    assert prepare(parse('born + "x"'))(scope) is None
    assert scope.run.warnings == ["date + string has no result."]


@pytest.mark.parametrize(
    "text, place",
    [("1 +", 3), ("(1", 2), ("a ] b", 2), ("#", 0), ("if true then 1", 14), ("function() external { java: {} }", 11)],
)
def test_what_is_not_feel_is_refused_with_its_place(text, place):
    with pytest.raises(FeelSyntaxError) as refusal:
        parse(text)
    assert refusal.value.position == place
    assert str(refusal.value).splitlines()[-1].endswith("^")


@pytest.mark.parametrize(
    "hostile",
    [
        "count(for i in 1..10000000 return i)",
        "for i in 1..60 return flatten([1, partial, partial])",
        "string(for i in 1..60 return [partial, partial])",
        "{f: function(n) f(n + 1), r: for i in 1..3000 return for j in 1..3000 return i}.r",
    ],
)
def test_a_model_that_would_never_end_is_stopped(hostile):
    with pytest.raises(LimitExceeded, match=r"steps|parts"):
        evaluate(parse(hostile), {})


def test_a_loop_over_many_items_is_no_hostile_model():
    assert evaluate(parse("count(for i in 1..20000 return i * 2)"), {}) == number(20_000)
    assert evaluate(parse("(for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2])[5]"), {}) == number(5)


def test_a_pattern_that_would_search_for_years_ends_in_null():
    scope = Scope({"text": "a" * 60 + "!"})

    assert prepare(parse('matches(text, "(a|aa)+[^a!]$")'))(scope) is None
    assert "takes more than" in scope.run.warnings[0]


def test_now_is_what_the_run_is_told():
    now = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)

    assert evaluate(parse("today()"), {}, now=now) == dt.date(2026, 11, 24)
    assert evaluate(parse("now().hour"), {}, now=now) == number(9)


@pytest.mark.parametrize(
    "deep",
    ["(" * 5000 + "1" + ")" * 5000, "1" + "+1" * 20_000, "-" * 3000 + "1", "x" + "[1]" * 9000, "f" + "()" * 9000],
)
def test_a_hostile_depth_is_refused(deep):
    with pytest.raises(LimitExceeded):
        parse(deep)


def test_a_long_chain_of_conditions_is_no_hostile_depth():
    assert evaluate(parse(" or ".join(["false"] * 120 + ["true"])), {}) is True


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_never_a_crash(text):
    with contextlib.suppress(FeelError):
        evaluate(parse(text), {})


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), st.integers(-1200, 1200))
def test_adding_months_and_taking_them_away_never_goes_past_the_day(day, months):
    there = evaluate(parse("day + m"), {"day": day, "m": YearsMonths(months)})

    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day == day.day or (there.day < day.day and (there + dt.timedelta(days=1)).day == 1)
