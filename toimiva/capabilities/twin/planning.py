"""What was tried out, kept as a plan beside today's city or added to one."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.placing import Placed
from toimiva.capabilities.twin.rows import rows_of
from toimiva.capabilities.twin.tiling import build_tiles
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict

__all__ = ["keep_plan"]


def keep_plan(city: City, plan: Placed, name: str, *, add: bool = False) -> str:
    """Keep it as a plan and build the plan's tiles; the name of its branch. With `add` it joins what the plan has.

    Raises Invalid for a name that no plan may have, and Conflict for one that another has.
    """
    with _one_at_a_time(city):
        there = name in keeping.branches(city)
        if there and not add:
            raise Conflict(what=_("There is a plan of this name already."), mend=_("Give this one another name."))
        source = f"plan-{name}-{_sources(city, name) + 1}" if there else f"plan-{name}"
        found = plan.objects(source)
        for one in found:
            one.name = one.name or name
        keeping.keep(city, source, name, iter([rows_of(found, source, name, plan.frame)]))
        build_tiles(city, name)
    return name


@contextmanager
def _one_at_a_time(city: City) -> Iterator[None]:
    """Two designers who add to one plan at the same moment: the second waits for the first, whatever its process."""
    keeping.home(city).mkdir(parents=True, exist_ok=True)
    with (keeping.home(city) / "plans.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sources(city: City, name: str) -> int:
    with keeping.opened(city, name) as asked:
        row = asked.execute("SELECT count(DISTINCT source) FROM all_objects WHERE branch = ?", [name]).fetchone()
    return int(row[0]) if row else 0
