"""What DuckDB gives back, as FEEL values again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from toimiva.engines.columnar.types import MONTHS, NUMBER, ContextType, ListType, Type
from toimiva.engines.feel.api import Value, YearsMonths

__all__ = ["from_sql"]


def from_sql(value: Any, kind: Type) -> Value:
    """A fetched value of a column of this type as FEEL has it: numbers are decimals, months are a duration."""
    match kind:
        case _ if value is None:
            return None
        case ListType(item):
            return [from_sql(part, item) for part in value]
        case ContextType(fields):
            return {name: from_sql(value[name], part) for name, part in fields}
    if kind == NUMBER:
        return Decimal(value)
    return YearsMonths(int(value)) if kind == MONTHS else value
