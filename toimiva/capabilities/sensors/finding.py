"""What an address is about: a collection, an entity, a property of one, or the way to another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Model, QuerySet

from toimiva.capabilities.sensors.schema import ENTITIES, SETS, Entity
from toimiva.core.errors import NotFound
from toimiva.engines.odata.api import Segment

__all__ = ["Found", "find"]


@dataclass(frozen=True)
class Found:
    """`rows` of an entity type; `row` where it is one of them; `refs` for `$ref`. `within` are navigations back to what
    the address came through, for creating below it. `property` with the steps `below` into its JSON and how it is
    `called`; `raw` for its `$value`.
    """

    entity: Entity
    rows: QuerySet[Any]
    row: Any = None
    property: str = ""
    below: tuple[str | int, ...] = ()
    called: str = ""
    raw: bool = False
    refs: bool = False
    within: dict[str, Model] = field(default_factory=dict)


def find(path: tuple[Segment, ...]) -> Found:
    """Walk the steps. Raises NotFound at the first that leads nowhere."""
    first, *rest = path
    if first.name not in SETS:
        raise NotFound(what=f"There is no {first.name[:60]!r}.", mend=f"Begin with one of {', '.join(SETS)}.")
    entity = SETS[first.name]
    found = _narrowed(Found(entity, entity.model._default_manager.all()), first)
    for step in rest:
        found = _step(found, step)
    return found


def _narrowed(found: Found, step: Segment) -> Found:
    if step.id is None:
        return found
    row = found.rows.filter(pk=step.id).first() if abs(step.id) < 2**63 else None
    if row is None:
        raise NotFound(what=f"There is no {found.entity.plural}({step.id}) here.", mend="See the collection.")
    return Found(found.entity, found.rows, row)


def _step(found: Found, step: Segment) -> Found:
    if found.property and not found.raw and step.id is None:
        return replace(found, raw=True) if step.name == "$value" else _deeper(found, step)
    if found.property or found.refs or (step.places and step.name in found.entity.navigations):
        raise _nowhere(found, step)
    if step.name == "$ref":
        return Found(found.entity, found.rows, found.row, refs=True, within=found.within)
    if found.row is None:
        raise _nowhere(found, step)
    if step.name in found.entity.navigations:
        return _navigated(found, step)
    if step.name in found.entity.properties and step.id is None:
        return Found(found.entity, found.rows, found.row, step.name, step.places, str(step))
    raise _nowhere(found, step)


def _deeper(found: Found, step: Segment) -> Found:
    """Into the JSON of a property."""
    if found.entity.properties[found.property].kind not in ("object", "json", "list", "encoded", "result"):
        raise _nowhere(found, step)
    return replace(found, below=(*found.below, step.name, *step.places), called=str(step))


def _nowhere(found: Found, step: Segment) -> NotFound:
    where = f"{found.entity.plural}({found.row.pk})" if found.row is not None else found.entity.plural
    return NotFound(what=f"{where} does not lead to {step.name[:60]!r}.", mend="See its navigation links.")


def _navigated(found: Found, step: Segment) -> Found:
    navigation = found.entity.navigations[step.name]
    target = ENTITIES[navigation.target]
    back = next(name for name, one in target.navigations.items() if one.column == navigation.back)
    if navigation.many:
        rows = target.model._default_manager.filter(**{navigation.back: found.row})
        if target.name == "Observation" and back != "FeatureOfInterest":
            rows = rows.order_by("phenomenon_time", "pk")  # as its index is
        elif navigation.order:
            rows = rows.order_by(navigation.order)
        elif target.navigations[back].order:
            rows = rows.distinct()
        return _narrowed(Found(target, rows, within={back: found.row}), step)
    if step.id is not None:
        raise _nowhere(found, step)
    row = target.model._default_manager.filter(pk=getattr(found.row, f"{navigation.column}_id")).first()
    if row is None:
        raise _nowhere(found, step)
    return Found(target, target.model._default_manager.all(), row)
