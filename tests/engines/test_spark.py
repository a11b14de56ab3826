"""The same model on Spark: what the interpreter gives, DuckDB gives and Spark gives, or it is refused."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import missing
from tests.parts.generated import (
    HEAD,
    NEEDS,
    as_columns,
    comparable,
    escaped,
    expression,
    several,
    table,
    table_xml,
)
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.deciding import decide_cohort
from toimiva.capabilities.services.inputs import inputs_query
from toimiva.core.purposes import api as purposes
from toimiva.engines.columnar.api import SPARK, compile_model, from_sql
from toimiva.engines.dmn.api import Decider, read


@pytest.fixture(scope="module")
def spark():
    if shutil.which("java") is None:
        missing("Java", "install the package default-jre-headless")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        missing("PySpark", "run `make setup-test`")
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    for name, value in SPARK.settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def model_of(*bodies: str):
    decisions = "".join(
        f'<decision id="d{i}" name="D{i}"><variable name="D{i}"/>{NEEDS}{body}</decision>'
        for i, body in enumerate(bodies)
    )
    return read(f"{HEAD}{decisions}</definitions>".encode())


def literal(text: str) -> str:
    return f"<literalExpression><text>{escaped(text)}</text></literalExpression>"


def on_spark(spark, model, cases):
    """The compiled query, and its rows in the order of the cases."""
    compiled = compile_model(model, {}, dialect=SPARK)
    source = " UNION ALL ".join(
        f"SELECT {i} AS number, {as_columns(model.inputs, model.types, row, SPARK)}" for i, row in enumerate(cases)
    )
    rows = spark.sql(f"SELECT * FROM ({compiled.over(f'({source})')}) ORDER BY number").collect()
    return compiled, [row.asDict(recursive=True) for row in rows]


def hold_equal(spark, model, cases) -> int:
    """How many decisions compiled; each gives what the interpreter gives."""
    compiled, found = on_spark(spark, model, cases)
    decider = Decider(model)
    for case, row in zip(cases, found, strict=True):
        expected = decider.decide(case)
        for name, kind in compiled.types.items():
            assert comparable(from_sql(row[name], kind)) == comparable(expected[name]), f"{name}: {case}"
    return len(compiled.types)


BATCHES = int(os.environ.get("TOIMIVA_BATCHES", "12"))  # `python -m benchmarks equal` asks for more
slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(max_examples=BATCHES, deadline=None, suppress_health_check=slow)
@given(st.lists(expression, min_size=5, max_size=15), several)
def test_expressions_are_the_same_on_spark(spark, texts, cases):
    hold_equal(spark, model_of(*map(literal, texts)), cases)


@settings(max_examples=BATCHES // 2, deadline=None, suppress_health_check=slow)
@given(st.lists(table, min_size=4, max_size=10), several)
def test_decision_tables_are_the_same_on_spark(spark, made, cases):
    hold_equal(spark, model_of(*(table_xml(*one) for one in made)), cases)


def person(**known) -> dict:
    return {"person": {"age": None, "born": None, "name": None, "ok": None} | known, "people": []}


@pytest.mark.parametrize(
    "text, cases",
    [
        ("person.born + duration(\"P1Y\")", [person(born=dt.date(2024, 2, 29)), person(born=dt.date(2023, 2, 28))]),
        ("years and months duration(person.born, date(\"2026-02-28\")).years", [person(born=dt.date(2008, 2, 29))]),
        ("person.born - date(\"2026-01-01\") <= duration(\"P56D\")", [person(born=dt.date(2026, 2, d)) for d in (25, 26, 27)]),
        ("person.name < \"Z\"", [person(name="Åke"), person(name="a"), person(name="Aino")]),
        ("person.name = \"it's \\\\ ${x} 100 %\"", [person(name="it's \\ ${x} 100 %"), person(name="x")]),
        ("string length(person.name)", [person(name="Åsa-Mária"), person(name="👪"), person(name="")]),
        ("person.age * person.age > 0.000001", [person(age=Decimal("0.001")), person(age=Decimal("0.001001"))]),
        ("(person.age + 0.1) * 3 = 0.6", [person(age=Decimal("0.1"))]),
        ("person.age = null or person.ok", [person(), person(age=Decimal(1)), person(age=Decimal(1), ok=False)]),
        ("[person.age, 2.5][-1]", [person(age=Decimal(1))]),
        ("person.born.weekday", [person(born=dt.date(2026, 11, d)) for d in (22, 23, 29)]),
    ],
)  # fmt: skip
def test_traps_of_dates_decimals_texts_and_nulls(spark, text, cases):
    assert hold_equal(spark, model_of(literal(text)), cases) == 1


def test_an_overflow_is_an_error_on_spark_too(spark):
    with pytest.raises(Exception, match=r"OVERFLOW|OUT_OF_RANGE"):
        on_spark(spark, model_of(literal("person.age * person.age * 2")), [person(age=Decimal(10) ** 20)])


def test_a_time_of_day_is_refused_on_spark():
    model = model_of(literal('if person.ok then time("10:00:00") else null'))

    assert "Spark has no type for a" in compile_model(model, {}, dialect=SPARK).refused["D0"].reason


@pytest.mark.parametrize("name", ["preschool", "newborn"])
def test_a_service_decides_a_whole_town_on_spark_as_on_duckdb(spark, town, name):
    service = services.get_service(town.city, name)
    day = town.city.as_of
    parameters = services.feel_values(service.parameters, day)
    with purposes.open_gate(town.city, service.definition.purpose, actor="test", reason="a test") as gate:
        rows = gate.query(f"FROM ({inputs_query(service, parameters)}) ORDER BY person")
        decided = decide_cohort(service, gate, day)
    compiled = compile_model(service.model, parameters, dialect=SPARK)
    assert not compiled.refused

    spark.createDataFrame(rows.to_arrow()).createOrReplaceTempView("cohort")
    query = f"SELECT Outcome.outcome, Outcome.because, `Group` FROM ({compiled.over('cohort')}) ORDER BY person"
    found = spark.sql(query, args=dict(compiled.parameters)).collect()

    assert [tuple(row) for row in found] == decided.select("outcome", "because", "group").rows()
