"""Types of the intermediate form: what a column of a FEEL value is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from toimiva.engines.feel import api as feel
from toimiva.engines.feel.api import FeelType
from toimiva.engines.models.api import ItemDefinition

__all__ = [
    "BOOLEAN",
    "DATE",
    "DAYS",
    "MOMENT",
    "MONTHS",
    "NULL",
    "NUMBER",
    "STRING",
    "TIME",
    "ContextType",
    "ListType",
    "Scalar",
    "Type",
    "type_named",
    "type_of",
    "unify",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type without parts; `name` is FEEL's."""

    name: str


@dataclass(frozen=True, slots=True)
class ListType:
    """A list of one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class ContextType:
    """A context with these entries, in this order."""

    fields: tuple[tuple[str, Type], ...]

    def field(self, name: str) -> Type | None:
        """The type of an entry, or None where there is no such entry."""
        return dict(self.fields).get(name)


Type = Scalar | ListType | ContextType

BOOLEAN, NUMBER, STRING, DATE = Scalar("boolean"), Scalar("number"), Scalar("string"), Scalar("date")
TIME, MOMENT = Scalar("time"), Scalar("date and time")
MONTHS, DAYS, NULL = Scalar("years and months duration"), Scalar("days and time duration"), Scalar("null")
_SCALARS = {t.name: t for t in (BOOLEAN, NUMBER, STRING, DATE, TIME, MOMENT, MONTHS, DAYS)}
_SCALARS |= {"yearMonthDuration": MONTHS, "dayTimeDuration": DAYS}


def type_of(kind: FeelType | None) -> Type | None:
    """The columnar type of a FEEL type; None for one that says too little, or that allows only some values."""
    match kind:
        case feel.Scalar(name):
            return _SCALARS.get(name)
        case feel.ListOf(item):
            inner = type_of(item)
            return ListType(inner) if inner is not None else None
        case feel.ContextOf(fields):
            typed = [(name, type_of(part)) for name, part in fields]
            known = tuple((name, part) for name, part in typed if part is not None)
            return ContextType(known) if len(known) == len(typed) else None
    return None


def type_named(name: str | None, types: Mapping[str, ItemDefinition]) -> Type | None:
    """The type a typeRef names, through the model's item definitions; None where it says too little to compile."""
    if name is None:
        return None
    if name in _SCALARS:
        return _SCALARS[name]
    return _defined(types[name], types) if name in types else None


def _defined(item: ItemDefinition, types: Mapping[str, ItemDefinition]) -> Type | None:
    inner = _components(item, types) if item.components else type_named(item.type_ref, types)
    return ListType(inner) if inner is not None and item.is_list else inner


def _components(item: ItemDefinition, types: Mapping[str, ItemDefinition]) -> Type | None:
    fields = [(name, _defined(component, types)) for name, component in item.components.items()]
    known = tuple((name, kind) for name, kind in fields if kind is not None)
    return ContextType(known) if len(known) == len(fields) else None


def unify(left: Type, right: Type) -> Type | None:
    """The type that holds both; null fits any."""
    if NULL in (left, right):
        return right if left == NULL else left
    if isinstance(left, ListType) and isinstance(right, ListType):
        item = unify(left.item, right.item)
        return ListType(item) if item else None
    return left if left == right else None
