"""Instants and intervals compared in SQL (OGC 18-088, tables 22 and 25; ISO 19108).

An interval holds its start and not its end, so that those that follow one another have nothing in common: one that ends
at seven is before seven. An instant is as an interval of no length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q

from toimiva.capabilities.sensors.parts import Part, as_instant, compared, end_of
from toimiva.engines.odata.api import QueryError

__all__ = ["RELATIONS", "related"]

Ends = tuple[Any, Any]  # the start and the end, in SQL
_Relation = Callable[[Ends, Ends], Q]


def _before(one: Ends, other: Ends) -> Q:
    return compared("lt", one[0], other[0]) & compared("lte", one[1], other[0])  # the first is found by an index


def _overlap(one: Ends, other: Ends) -> Q:
    common = compared("lt", one[0], other[1]) & compared("gt", one[1], other[0])
    return common | compared("exact", one[0], other[0])


def _within(one: Ends, other: Ends) -> Q:
    starts = compared("gte", one[0], other[0]) & compared("lt", one[0], other[1])
    return starts & compared("lte", one[1], other[1])


def _both(lookup: str) -> _Relation:
    return lambda one, other: compared(lookup, one[0], other[0]) & compared(lookup, one[1], other[1])


RELATIONS: Mapping[str, _Relation] = {
    "eq": _both("exact"), "le": _both("lte"), "ge": _both("gte"), "lt": _before, "gt": lambda a, b: _before(b, a),
    "before": _before, "after": lambda a, b: _before(b, a), "during": _within, "overlaps": _overlap,
    "meets": lambda a, b: compared("exact", a[1], b[0]) | compared("exact", b[1], a[0]),
    "starts": lambda a, b: compared("exact", a[0], b[0]), "finishes": lambda a, b: compared("exact", a[1], b[1]),
}  # fmt: skip


def related(name: str, one: Part, other: Part) -> Q:
    """Whether one time is to another as an operator or a function of times says. Raises QueryError for what is none."""
    starts = as_instant(one), as_instant(other)
    if name == "during" and other.kind != "interval":
        raise QueryError("during needs an interval as its second argument.")
    return RELATIONS[name]((starts[0], end_of(one)), (starts[1], end_of(other)))
