"""FEEL's types: what `instance of` asks, and how a value is made to fit a declared type (DMN 1.5, 10.3.2.9).

A value that does not conform is converted where the standard says so (a list of one and its item, a date and its
midnight) and becomes null otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from toimiva.engines.feel import ast
from toimiva.engines.feel.values import Function, Range, Value, kind_of

__all__ = [
    "ANY", "ContextOf", "Defined", "FeelType", "FunctionOf", "ListOf", "RangeOf", "Scalar", "UnknownType", "coerce",
    "conforms", "resolve",
]  # fmt: skip


class UnknownType(ValueError):
    """No type has this name; the text names it."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type without parts, by FEEL's name; `Any` holds everything but null."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """list<item>"""

    item: FeelType


@dataclass(frozen=True, slots=True)
class RangeOf:
    """range<item>"""

    item: FeelType


@dataclass(frozen=True, slots=True)
class ContextOf:
    """context<name: type, …>; other entries may be there too."""

    fields: tuple[tuple[str, FeelType], ...]


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """function<parameters> -> result"""

    parameters: tuple[FeelType, ...]
    result: FeelType | None


@dataclass(frozen=True, slots=True)
class Defined:
    """An item definition with allowed values: the base type, and a test that its values pass."""

    name: str
    base: FeelType
    allows: Callable[[Value], bool]


FeelType = Scalar | ListOf | RangeOf | ContextOf | FunctionOf | Defined

ANY = Scalar("Any")
_SCALARS = (
    "Any", "Null", "boolean", "number", "string", "date", "time", "date and time", "days and time duration",
    "years and months duration", "list", "context", "range", "function",
)  # fmt: skip
_ALSO = {
    "dayTimeDuration": "days and time duration", "yearMonthDuration": "years and months duration", "dateTime":
    "date and time",
}  # fmt: skip


def resolve(ref: ast.TypeRef, known: Mapping[str, FeelType]) -> FeelType:
    """The type that a text means, with the model's own types by name. Raises `UnknownType`."""
    parts = tuple(resolve(part, known) for part in ref.parts)
    match ref.name:
        case "list" if parts:
            return ListOf(parts[0])
        case "range" if parts:
            return RangeOf(parts[0])
        case "context" if parts:
            return ContextOf(tuple(zip(ref.labels, parts, strict=True)))
        case "function" if parts or ref.result:
            return FunctionOf(parts, resolve(ref.result, known) if ref.result else None)
    if ref.name in known:
        return known[ref.name]
    name = _ALSO.get(ref.name, ref.name)
    if name not in _SCALARS:
        raise UnknownType(f"There is no type {ref.name!r}. The built-in types are {', '.join(_SCALARS)}.")
    return Scalar(name)


def conforms(value: Value, kind: FeelType) -> bool:
    """Whether the value is of the type, without conversion and whatever values it allows: `instance of`.

    Null is of type Null only; inside a list, range or context it fits anything.
    """
    return _checker(kind, False)(value)


Check = Callable[[Value], bool]


@lru_cache(maxsize=4096)
def _checker(kind: FeelType, allowed: bool) -> Check:
    """A check of a type, put together once; with `allowed`, the allowed values of item definitions count too."""
    match kind:
        case Scalar("Any"):
            return lambda value: value is not None
        case Scalar("Null"):
            return lambda value: value is None
        case Scalar(name):
            return lambda value: kind_of(value) == name
        case ListOf(item):
            return _list_checker(_checker(item, allowed))
        case RangeOf(item):
            return _range_checker(_checker(item, allowed))
        case ContextOf(fields):
            return _context_checker([(name, _checker(part, allowed)) for name, part in fields])
        case Defined():
            return _defined_checker(kind, _checker(kind.base, allowed), allowed)
    return lambda value: isinstance(value, Function) and _function_conforms(value, kind)


def _list_checker(item: Check) -> Check:
    return lambda value: isinstance(value, list) and all([part is None or item(part) for part in value])  # noqa: C419


def _range_checker(end: Check) -> Check:
    return lambda value: isinstance(value, Range) and all(e is None or end(e) for e in (value.low, value.high))


def _context_checker(fields: list[tuple[str, Check]]) -> Check:
    def check(value: Value) -> bool:
        if not isinstance(value, dict):
            return False
        for name, holds in fields:
            if name not in value:
                return False
            part = value[name]
            if part is not None and not holds(part):
                return False
        return True

    return check


def _defined_checker(kind: Defined, base: Check, allowed: bool) -> Check:
    return (lambda value: base(value) and kind.allows(value)) if allowed else base


def _function_conforms(value: Function, kind: FunctionOf) -> bool:
    """A function is of a type when it takes at least what that type's takes and gives at most what it gives."""
    signature = value.signatures[0]
    if len(signature.parameters) != len(kind.parameters):
        return False
    takes = all(
        own is None or _narrower(asked, own) for asked, own in zip(kind.parameters, signature.types, strict=False)
    )
    return takes and (kind.result is None or value.result is None or _narrower(value.result, kind.result))


def _narrower(kind: FeelType, than: FeelType) -> bool:
    """Whether every value of `kind` is one of `than`."""
    match kind, than:
        case _, Scalar("Any"):
            return True
        case (Defined(), Defined()) if kind == than:
            return True
        case Defined(), _:
            return _narrower(kind.base, than)
        case ListOf(item), ListOf(other):
            return _narrower(item, other)
        case RangeOf(item), RangeOf(other):
            return _narrower(item, other)
        case ContextOf(fields), ContextOf(others):
            own = dict(fields)
            return all(name in own and _narrower(own[name], other) for name, other in others)
        case FunctionOf(), FunctionOf():
            return _function_narrower(kind, than)
    return kind == than


def _function_narrower(kind: FunctionOf, than: FunctionOf) -> bool:
    if len(kind.parameters) != len(than.parameters):
        return False
    takes = all(_narrower(other, own) for own, other in zip(kind.parameters, than.parameters, strict=True))
    return takes and (than.result is None or (kind.result is not None and _narrower(kind.result, than.result)))


def coerce(value: Value, kind: FeelType) -> Value:
    """The value as the type has it, after FEEL's implicit conversions; null where it cannot be.

    Sources: DMN 1.5, 10.3.2.9.4 (conversions "to singleton list", "from singleton list", "from date to date and time").
    """
    if value is None or kind == ANY or _checker(kind, True)(value):
        return value
    base = kind.base if isinstance(kind, Defined) else kind
    converted = _converted(value, base)
    return converted if converted is not None and _checker(kind, True)(converted) else None


def _converted(value: Value, kind: FeelType) -> Value:
    if isinstance(kind, ListOf):
        items = value if isinstance(value, list) else [value]
        fitted = [coerce(item, kind.item) for item in items]
        return None if any(new is None and old is not None for new, old in zip(fitted, items, strict=True)) else fitted
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    if kind == Scalar("date and time") and type(value) is dt.date:
        return dt.datetime.combine(value, dt.time(), tzinfo=dt.UTC)
    return None
