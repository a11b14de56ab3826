"""A piece of a query as SQL, with its kind; and as what it can be taken: a number, a text, a time, a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    F,
    Q,
    Value,
)
from django.db.models import functions as f
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from toimiva.capabilities.sensors.json_places import JsonNumber, JsonTruth
from toimiva.capabilities.sensors.texts import NumberText
from toimiva.engines.odata.api import QueryError

__all__ = ["Part", "as_condition", "as_instant", "as_number", "as_text", "as_truth", "compared", "end_of", "expression"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a query as SQL: its kind, the expression, and the end where it is an interval.

    kinds: text, number, boolean, instant, interval, time, date, duration, geometry, json, result, null.
    """

    kind: str
    sql: Any
    end: Any = None


def as_condition(part: Part) -> Any:
    """A condition of the ORM. Raises QueryError for another kind."""
    if part.kind == "json":
        return Q(JsonTruth(part.sql.column, part.sql.keys))
    if part.kind == "boolean":
        return part.sql if isinstance(part.sql, Q) else Q(ExpressionWrapper(part.sql, BooleanField()))
    raise QueryError(f"A condition is needed where a {part.kind} stands.")


def as_number(part: Part) -> Any:
    """A number in SQL. Raises QueryError for another kind."""
    if part.kind == "number":
        return part.sql
    if part.kind == "result":
        return F(f"{part.sql}result_number")
    if part.kind == "json":
        return JsonNumber(part.sql.column, part.sql.keys)
    raise QueryError(f"A number is needed where a {part.kind} stands.")


def as_truth(part: Part) -> Any:
    """true or false in SQL. Raises QueryError for another kind."""
    return Cast(as_condition(part), BooleanField())


def as_text(part: Part) -> Any:
    """A text in SQL. Raises QueryError for another kind."""
    if part.kind in ("text", "json"):
        return part.sql
    if part.kind == "result":  # a number beside a text is a text too, as the standard's own tests ask
        return f.Coalesce(F(f"{part.sql}result_text"), NumberText(F(f"{part.sql}result_number")))
    raise QueryError(f"A text is needed where a {part.kind} stands.")


def as_instant(part: Part) -> Any:
    """A time in SQL, of an interval its start. Raises QueryError for another kind."""
    if part.kind in ("instant", "interval"):
        return part.sql
    raise QueryError(f"A time is needed where a {part.kind} stands.")


def expression(sql: Any) -> Any:
    """An expression of the ORM; a plain value becomes one."""
    return sql if hasattr(sql, "resolve_expression") else Value(sql)


def end_of(part: Part) -> Any:
    """The end of an interval, or the instant itself."""
    return part.sql if part.end is None else f.Coalesce(part.end, part.sql)


_COMPARING: Mapping[str, Any] = {
    "exact": Exact, "gt": GreaterThan, "gte": GreaterThanOrEqual, "lt": LessThan, "lte": LessThanOrEqual,
}  # fmt: skip


def compared(lookup: str, one: Any, other: Any) -> Q:
    """Two expressions compared by a lookup: exact, lt, lte, gt, gte."""
    return Q(_COMPARING[lookup](expression(one), expression(other)))
