"""The functions of a query in SQL (OGC 18-088, tables 24 to 26): of texts, times, numbers and places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    DurationField,
    FloatField,
    IntegerField,
    Value,
)
from django.db.models import functions as f
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import Cast

from toimiva.capabilities.sensors.geometry import spatial
from toimiva.capabilities.sensors.moments import related
from toimiva.capabilities.sensors.parts import Part, as_instant, as_number, as_text, compared, expression
from toimiva.capabilities.sensors.seconds import Seconds
from toimiva.engines.odata.api import QueryError

__all__ = ["call"]


def call(name: str, given: list[Part]) -> Part:
    """A function of a query over its arguments. Raises QueryError for one that is not there, or takes others."""
    if name not in _FUNCTIONS:
        raise QueryError(f"There is no function {name!r}; use {', '.join(sorted(_FUNCTIONS))}.")
    counts, does = _FUNCTIONS[name]
    if len(given) not in counts:
        raise QueryError(f"{name} takes {' or '.join(map(str, counts))} arguments, not {len(given)}.")
    return does(*given)


def _text_function(how: Callable[..., Any]) -> Callable[..., Part]:
    return lambda *given: Part("text", how(*map(as_text, given)))


def _condition_function(name: str, turned: bool = False) -> Callable[[Part, Part], Part]:
    def does(one: Part, other: Part) -> Part:
        whole, piece = (as_text(other), as_text(one)) if turned else (as_text(one), as_text(other))
        length = f.Length(expression(piece))
        places = {
            "contains": lambda: compared("gt", f.StrIndex(expression(whole), expression(piece)), Value(0)),
            "startswith": lambda: compared("exact", f.Left(expression(whole), length), piece),
            "endswith": lambda: compared("exact", f.Right(expression(whole), length), piece),
        }
        return Part("boolean", places[name]())

    return does


def _concat(one: Any, other: Any) -> Any:
    return f.Concat(expression(one), expression(other), output_field=CharField())


def _substring(text: Part, start: Part, length: Part | None = None) -> Part:
    begin = Cast(as_number(start), IntegerField()) + 1
    size = Cast(as_number(length), IntegerField()) if length else None
    return Part("text", f.Substr(expression(as_text(text)), begin, size))


def _index_of(text: Part, piece: Part) -> Part:
    place = f.StrIndex(expression(as_text(text)), expression(as_text(piece))) - 1
    return Part("number", Cast(place, FloatField()))


def _extract(part: str) -> Callable[[Part], Part]:
    def does(time: Part) -> Part:
        taken = f.Extract(expression(as_instant(time)), part, tzinfo=dt.UTC)
        return Part("number", Cast(taken, FloatField()))

    return does


def _fraction(time: Part) -> Part:
    moment = expression(as_instant(time))
    whole = f.Trunc(moment, "second", output_field=DateTimeField(), tzinfo=dt.UTC)
    length = ExpressionWrapper(moment - whole, DurationField())
    return Part("number", Seconds(length))


def _now() -> Part:
    return Part("instant", Value(dt.datetime.now(dt.UTC), DateTimeField()))


def _of_time(name: str) -> Callable[[Part, Part], Part]:
    return lambda one, other: Part("boolean", related(name, one, other))


def _rounding(how: Callable[..., Any]) -> Callable[[Part], Part]:
    return lambda part: Part("number", how(expression(as_number(part)), output_field=FloatField()))


_FIRST, _LAST = dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
_TIMES = ("before", "after", "meets", "during", "overlaps", "starts", "finishes")
_FUNCTIONS: Mapping[str, tuple[tuple[int, ...], Callable[..., Part]]] = {
    "substringof": ((2,), _condition_function("contains", turned=True)),
    "contains": ((2,), _condition_function("contains")),
    "startswith": ((2,), _condition_function("startswith")),
    "endswith": ((2,), _condition_function("endswith")),
    "length": ((1,), lambda text: Part("number", Cast(f.Length(expression(as_text(text))), FloatField()))),
    "indexof": ((2,), _index_of),
    "substring": ((2, 3), _substring),
    "tolower": ((1,), _text_function(lambda text: f.Lower(expression(text)))),
    "toupper": ((1,), _text_function(lambda text: f.Upper(expression(text)))),
    "trim": ((1,), _text_function(lambda text: f.Trim(expression(text)))),
    "concat": ((2,), _text_function(_concat)),
    **{name: ((1,), _extract(name)) for name in ("year", "month", "day", "hour", "minute", "second")},
    "fractionalseconds": ((1,), _fraction),
    "date": ((1,), lambda time: Part("date", f.TruncDate(expression(as_instant(time)), tzinfo=dt.UTC))),
    "time": ((1,), lambda time: Part("time", f.TruncTime(expression(as_instant(time)), tzinfo=dt.UTC))),
    "totaloffsetminutes": ((1,), lambda time: Part("number", Value(0.0, FloatField()))),
    "now": ((0,), _now),
    "mindatetime": ((0,), lambda: Part("instant", Value(_FIRST, DateTimeField()))),
    "maxdatetime": ((0,), lambda: Part("instant", Value(_LAST, DateTimeField()))),
    "round": ((1,), _rounding(f.Round)), "floor": ((1,), _rounding(f.Floor)), "ceiling": ((1,), _rounding(f.Ceil)),
    **{name: ((2,), _of_time(name)) for name in _TIMES},
    **{name: (counts, spatial(name, Part)) for name, counts in (
        ("geo.distance", (2,)), ("geo.length", (1,)), ("geo.intersects", (2,)), ("st_equals", (2,)),
        ("st_disjoint", (2,)), ("st_touches", (2,)), ("st_within", (2,)), ("st_overlaps", (2,)), ("st_crosses", (2,)),
        ("st_intersects", (2,)), ("st_contains", (2,)), ("st_relate", (3,)),
    )},
}  # fmt: skip
