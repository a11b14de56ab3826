"""A query's text as tokens."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from toimiva.engines.odata.ast import Interval, QueryError, Value, WellKnownText

__all__ = ["Token", "instant", "tokens"]

_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_INSTANT = rf"{_DATE}T{_TIME}(?:Z|[+-]\d{{2}}:?\d{{2}})?"
_STEP = r"@?[A-Za-z_][\w.@]*(?:\[\d{1,9}\])*"
_KINDS = (
    ("space", r"\s+"),
    ("geometry", r"(?:geography|geometry)'(?:[^']|'')*'"),
    ("duration", r"duration'[^']*'"),
    ("string", r"'(?:[^']|'')*'"),
    ("interval", rf"{_INSTANT}/{_INSTANT}"),
    ("instant", _INSTANT),
    ("date", _DATE),
    ("time", _TIME),
    ("number", r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"),
    ("name", rf"{_STEP}(?:/{_STEP})*"),
    ("mark", r"[(),\-]"),
)
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS))
_DURATION = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: its kind, how it is written, its value where it is a literal, and its place."""

    kind: str
    text: str
    value: Value
    place: int


def tokens(text: str) -> Iterator[Token]:
    """Tokens of a filter. Raises QueryError for a sign that cannot stand there."""
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise QueryError(f"{text[place : place + 10]!r} at place {place + 1} cannot be read.")
        kind = str(found.lastgroup)
        if kind != "space":
            yield Token(kind, found[0], _value(kind, found[0], place), place)
        place = found.end()


def _value(kind: str, text: str, place: int) -> Value:
    try:
        return _READ[kind](text) if kind in _READ else None
    except (ValueError, OverflowError) as error:
        raise QueryError(f"{text[:40]!r} at place {place + 1} is no {kind}.") from error


def instant(text: str) -> dt.datetime:
    """An instant in UTC; without a zone it is so already. Raises ValueError or OverflowError."""
    found = dt.datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _interval(text: str) -> Interval:
    start, end = (instant(part) for part in text.split("/"))
    if end < start:
        raise ValueError(text)
    return Interval(start, end)


def _duration(text: str) -> dt.timedelta:
    found = _DURATION.fullmatch(text[len("duration'") : -1])
    if found is None or not any(found.groups()[1:]):
        raise ValueError(text)
    sign, days, hours, minutes, seconds = found.groups()
    length = dt.timedelta(
        days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), seconds=float(seconds or 0)
    )
    return -length if sign else length


def _number(text: str) -> int | float:
    found = int(text) if text.isdecimal() else float(text)
    if found > sys.float_info.max:
        raise ValueError(text)
    return found


_READ = {
    "string": lambda text: text[1:-1].replace("''", "'"),
    "geometry": lambda text: WellKnownText(text.partition("'")[2][:-1].replace("''", "'")),
    "duration": _duration, "interval": _interval, "instant": instant, "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat, "number": _number,
}  # fmt: skip
