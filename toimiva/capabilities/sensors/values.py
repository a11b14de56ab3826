"""A body's properties as the fields of a model; what is wrong is told with its name (OGC 18-088, section 8.2)."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toimiva.capabilities.sensors.geometry import is_geojson
from toimiva.capabilities.sensors.models import GEOJSON
from toimiva.capabilities.sensors.schema import Entity, Property
from toimiva.capabilities.sensors.times import read_instant, read_time
from toimiva.core.errors import Invalid

__all__ = ["fields_of", "numbers", "values_of", "wrong"]

Body = Mapping[str, Any]


def wrong(entity: Entity, name: str, why: str, mend: str) -> Invalid:
    """What is said of a property that is not right."""
    return Invalid(what=f"{entity.name}: {name} {why}.", mend=mend)


def values_of(entity: Entity, told: Body) -> dict[str, Any]:
    """What a new entity's properties are in the model's fields; an observation without a time is of now.

    Raises Invalid for one that is missing or of another kind.
    """
    values = fields_of(entity, told, whole=True)
    if entity.name == "Observation" and values.get("phenomenon_time") is None:
        values["phenomenon_time"] = dt.datetime.now(dt.UTC)
    return values


def fields_of(entity: Entity, told: Body, *, whole: bool) -> dict[str, Any]:
    """Fields of the model. With `whole`, what is required must be there."""
    found: dict[str, Any] = {}
    for name, rule in entity.properties.items():
        if name in told and (told[name] is not None or not rule.required or rule.kind == "result"):
            found |= _fields(entity, name, rule, told)
        elif whole and rule.required and name not in told:
            raise wrong(entity, name, "is missing", "The standard requires it.")
        elif rule.required and name in told:
            raise wrong(entity, name, "must not be null", "The standard requires it.")
    return found


def _fields(entity: Entity, name: str, rule: Property, told: Body) -> dict[str, Any]:
    """A property's value in the model's fields. Raises Invalid for one of another kind."""
    value = told[name]
    if rule.computed:
        return {}
    try:
        match rule.kind:
            case "time":
                start, end = read_time(value) if value is not None else (None, None)
                return {rule.field: start, f"{rule.field}_end": end}
            case "instant":
                return {rule.field: read_instant(value) if value is not None else None}
            case "result":
                return _result(value)
            case "list" if not isinstance(value, list):
                raise ValueError("must be a list")
            case "object" if value is not None and not isinstance(value, dict):
                raise ValueError("must be a JSON object")
            case "geometry" | "encoded" if not _is_placed(rule, value, told):
                raise ValueError("must be a geometry of GeoJSON")
            case "text" if not isinstance(value, str):
                raise ValueError("must be a text")
    except ValueError as error:
        raise wrong(entity, name, f"is not right: {error}", "See the standard, section 8.2.") from error
    return {rule.field: value}


def _is_placed(rule: Property, value: Any, told: Body) -> bool:
    """Whether a geometry is one, where it has to be: in another encoding it is whatever that one has."""
    if rule.kind == "encoded" and told.get("encodingType") not in GEOJSON:
        return True
    return (value is None and not rule.required) or is_geojson(value)


def numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    """Results that are numbers all. Raises ValueError for any other."""
    kinds = {*map(type, values)}
    if not kinds <= {int, float}:
        raise ValueError("a result is no number")
    if int in kinds and any(map(_is_long, values)):
        raise ValueError("a result is a whole number of more digits than a float has")
    found = np.array(values, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueError("a result is larger than any number that can be stored")
    return found


def _is_long(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > 2**53


def _result(value: Any) -> dict[str, Any]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and not abs(value) <= sys.float_info.max:
        raise ValueError("is larger than any number that can be stored")
    return {
        "result_number": float(value) if number else None, "result_text": value if isinstance(value, str) else None,
        "result_json": value if _is_long(value) or not (number or isinstance(value, str)) else None,
    }  # fmt: skip
