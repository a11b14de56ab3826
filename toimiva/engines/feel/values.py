"""FEEL values in Python, and how they are read from and written as text.

number: Decimal (34 digits) - string: str - boolean: bool - null: None - list: list - context: dict
date: date - time: time - date and time: datetime - days and time duration: timedelta
years and months duration: `YearsMonths` - range: `Range` - function: `Function`
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from toimiva.engines.feel.calendar import FarDate, FarMoment, at_time, make_date, shift, split, year_of
from toimiva.engines.feel.errors import LimitExceeded

__all__ = [
    "DECIMAL", "Function", "Range", "Signature", "Undefined", "Value", "YearsMonths", "check_size", "kind_of",
    "parse_date", "parse_date_time", "parse_duration", "parse_temporal", "parse_time", "to_text",
]  # fmt: skip

Value = Any
# IEEE 754 decimal128: 34 digits, exponents to 6144.
DECIMAL = Context(prec=34, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow])


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in months (negative for backwards)."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """Values between two ends; None is an unbounded end. `op` is "=" or "!=" for (=5) and (!=5)."""

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True
    op: str = ""


class Undefined(Exception):
    """A function has no result for these arguments; the text says why. The value becomes null."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function: its parameters' names, how arguments are made to fit, and what is computed.

    `fit` gives the arguments after FEEL's conversions, or None where one has the wrong type.
    """

    parameters: tuple[str, ...]
    compute: Callable[..., Value]
    fit: Callable[[Sequence[Value]], Sequence[Value] | None]
    optional: int = 0
    variadic: bool = False
    types: tuple[Any, ...] = ()

    def arrange(self, values: Sequence[Value], names: Sequence[str]) -> Sequence[Value] | None:
        """The arguments in the parameters' order; None where their number or names do not fit."""
        if names:
            return self._by_name(dict(zip(names, values, strict=True)))
        required = len(self.parameters) - self.optional
        fits = required <= len(values) and (self.variadic or len(values) <= len(self.parameters))
        return values if fits else None

    def _by_name(self, given: dict[str, Value]) -> Sequence[Value] | None:
        required = self.parameters[: len(self.parameters) - self.optional]
        if not given.keys() <= set(self.parameters) or not given.keys() >= set(required):
            return None
        last = max((i for i, name in enumerate(self.parameters) if name in given), default=-1)
        return [given.get(name) for name in self.parameters[: last + 1]]


@dataclass(frozen=True, slots=True)
class Function:
    """A function value: a built-in, a business knowledge model, a decision service or `function(…) …`."""

    name: str
    signatures: tuple[Signature, ...]
    result: Any = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameter names of its first signature."""
        return self.signatures[0].parameters

    def invoke(self, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
        """Its value for these arguments. Raises `Undefined` where no signature takes them."""
        for signature in self.signatures:
            arranged = signature.arrange(values, names)
            fitted = None if arranged is None else signature.fit(arranged)
            if fitted is not None:
                return signature.compute(*fitted)
        given = ", ".join(kind_of(value) for value in values)
        takes = " or ".join(f"({', '.join(signature.parameters)})" for signature in self.signatures)
        raise Undefined(f"{self.name}{takes} does not take ({given}).")


MOST_PARTS = 1_000_000


def check_size(value: Value) -> None:
    """Refuse to walk through a value that is small to write and endless to read, such as lists of the same lists.

    Raises `LimitExceeded` past a million parts.
    """
    pending, seen = [value], 0
    while pending:
        part = pending.pop()
        if isinstance(part, list | dict):
            seen += len(part)
            if seen > MOST_PARTS:
                raise LimitExceeded(f"A value has more than {MOST_PARTS:,} parts. Make its lists shorter.")
            pending += [item for item in (part if isinstance(part, list) else part.values()) if type(item) in _NESTED]


_NESTED = (list, dict)
_KINDS: dict[type, str] = {
    bool: "boolean", Decimal: "number", str: "string", dt.datetime: "date and time", dt.date: "date",
    FarMoment: "date and time", FarDate: "date",
    dt.time: "time", dt.timedelta: "days and time duration", YearsMonths: "years and months duration",
    list: "list", dict: "context", Range: "range", Function: "function", type(None): "null",
}  # fmt: skip


def kind_of(value: Value) -> str:
    """The FEEL type's name."""
    kind = _KINDS.get(type(value))
    return kind or next((name for cls, name in _KINDS.items() if isinstance(value, cls)), "null")


FURTHEST_OFFSET = dt.timedelta(hours=18)
_DATE = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d{2})-(\d{2})$")
_TIME = re.compile(r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2}(?::\d{2})?|@[A-Za-z_/+-]+)?$")
_DURATION = re.compile(
    r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?$"
)


def parse_date(text: str) -> Value:
    """A date from ISO text, or None."""
    match = _DATE.match(text)
    if not match:
        return None
    try:
        return make_date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def parse_time(text: str) -> dt.time | None:
    """A time from ISO text with an optional offset or @zone, or None."""
    match = _TIME.match(text)
    if not match:
        return None
    micro = int((match[4] or "0").ljust(6, "0")[:6])
    try:
        return dt.time(int(match[1]), int(match[2]), int(match[3]), micro, tzinfo=_zone(match[5]))
    except (ValueError, ZoneInfoNotFoundError):
        return None


def _zone(text: str | None) -> dt.tzinfo | None:
    if text is None:
        return None
    if text == "Z":
        return dt.UTC
    if text.startswith("@"):
        return ZoneInfo(text[1:])
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    offset = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    if offset > FURTHEST_OFFSET:
        raise ValueError(f"{text} is further than any time zone.")
    return dt.timezone(-offset if text[0] == "-" else offset)


def parse_date_time(text: str) -> Value:
    """A date and time from ISO text; a date alone is its midnight."""
    day, separator, clock = text.partition("T")
    date = parse_date(day)
    if date is not None and clock.startswith("24:00:00"):
        date, clock = shift(date, dt.timedelta(days=1)), clock.replace("24", "00", 1)
    time = parse_time(clock) if separator else dt.time()
    return at_time(date, time) if date is not None and time is not None else None


def parse_duration(text: str) -> dt.timedelta | YearsMonths | None:
    """Either kind of duration from ISO 8601 text, or None; years and months do not mix with days."""
    match = _DURATION.match(text)
    if not match or not any(match.groups()[1:]):
        return None
    years, months, days, hours, minutes, seconds = (int(match[i] or 0) for i in range(2, 8))
    sign = -1 if match[1] else 1
    if match[2] or match[3]:
        return None if any(match.group(i) for i in range(4, 9)) else YearsMonths(sign * (12 * years + months))
    micro = int((match[8] or "0").ljust(6, "0")[:6])
    return sign * dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)


def parse_temporal(text: str) -> Value:
    """What @"text" means, or None."""
    for read in (parse_date, parse_time, parse_duration):
        value = read(text)
        if value is not None:
            return value
    return parse_date_time(text) if "T" in text else None


def to_text(value: Value) -> str | None:
    """`string(value)` of FEEL; None for null."""
    if value is None or isinstance(value, str):
        return value
    check_size(value)
    return _nested_text(value)


def _nested_text(value: Value) -> str:
    writer = _WRITERS.get(kind_of(value))
    return writer(value) if writer else "null"


def _number_text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _duration_text(value: dt.timedelta) -> str:
    sign, rest = ("-", -value) if value < dt.timedelta() else ("", value)
    hours, remainder = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(remainder, 60)
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest.microseconds else ""
    clock = "".join((f"{hours}H" * bool(hours), f"{minutes}M" * bool(minutes)))
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{rest.days}D" if rest.days else ""
    return f"{sign}P{days}T{clock}" if clock else f"{sign}P{days or 'T0S'}"


def _months_text(value: YearsMonths) -> str:
    years, months = divmod(abs(value.months), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-" if value.months < 0 else "") + "P" + (text or "0M")


def _time_text(value: dt.time) -> str:
    base = value.replace(tzinfo=None).isoformat()
    if "." in base:
        base = base.rstrip("0")
    return base + _zone_text(value.tzinfo)


def _zone_text(zone: dt.tzinfo | None) -> str:
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(None)
    if not offset:
        return "Z"
    minutes, seconds = divmod(abs(offset) // dt.timedelta(seconds=1), 60)
    text = f"{'-' if offset < dt.timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return text + (f":{seconds:02d}" if seconds else "")


def _date_text(value: dt.date | FarDate | FarMoment) -> str:
    year, base = year_of(value), split(value)[1]
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{base.month:02d}-{base.day:02d}"


def _quoted(value: Value) -> str:
    return '"' + value.replace('"', '\\"') + '"' if isinstance(value, str) else _nested_text(value)


def _range_text(value: Range) -> str:
    opening, closing = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{opening}{_quoted(value.low)}..{_quoted(value.high)}{closing}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "boolean": lambda v: "true" if v else "false",
    "number": _number_text,
    "string": lambda v: v,
    "date": _date_text,
    "time": _time_text,
    "date and time": lambda v: f"{_date_text(v)}T{_time_text(split(v)[1].timetz())}",  # type: ignore[attr-defined]
    "days and time duration": _duration_text,
    "years and months duration": _months_text,
    "list": lambda v: "[" + ", ".join(_quoted(item) for item in v) + "]",
    "context": lambda v: "{" + ", ".join(f"{key}: {_quoted(item)}" for key, item in v.items()) + "}",
    "range": _range_text,
    "function": lambda v: f"function({', '.join(v.parameters)})",
}
