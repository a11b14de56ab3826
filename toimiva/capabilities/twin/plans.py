"""What a plan changes in today's city, object by object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.showing import label
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound

__all__ = ["Change", "changes", "plans"]


@dataclass(frozen=True, slots=True)
class Change:
    """An object that is `new`, `changed` or `removed`; by how many metres and m3 it differs from today's."""

    id: str
    name: str
    kind: str
    change: str
    height: float
    volume: float


def plans(city: City) -> list[str]:
    """Names of the plans that the twin has; none where it is empty."""
    return keeping.branches(city) if keeping.is_there(city) else []


def changes(city: City, plan: str) -> tuple[Change, ...]:
    """What a plan changes, the largest first. Raises NotFound for a plan that the twin does not have."""
    if plan not in plans(city):
        raise NotFound(what=f"The twin has no plan {plan[:40]!r}.", mend="See `toimiva twin ask sources`.")
    return _changes(city.id, plan, keeping.state(city))


_CHANGES = f"""
    SELECT o.id, {{label}}, coalesce(if(o.kind = '{keeping.REMOVED}', t.kind, o.kind), ''),
      CASE WHEN o.kind = '{keeping.REMOVED}' THEN 'removed' WHEN t.id IS NULL THEN 'new' ELSE 'changed' END,
      round(coalesce(o.top - o.ground, 0) - coalesce(t.height, 0), 1) AS height,
      round(coalesce(o.volume, 0) - coalesce(t.volume, 0), 1) AS more
    FROM all_objects o LEFT JOIN (
      SELECT id, any_value(kind) AS kind, max(top - ground) AS height, max(volume) AS volume FROM objects GROUP BY id
    ) t ON t.id = o.id
    WHERE o.branch = ? ORDER BY abs(more) DESC, o.id
"""


@lru_cache(maxsize=32)
def _changes(city_id: str, plan: str, _state: keeping.State) -> tuple[Change, ...]:
    city = cities.load(city_id)
    with keeping.opened(city) as asked:
        rows = asked.execute(_CHANGES.format(label=label(city)), [plan]).fetchall()
    return tuple(Change(*row) for row in rows)
