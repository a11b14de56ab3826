"""Where alarms hold, as the platform's own register `alarms.areas`: a service follows it as it follows any register."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl
from shapely.geometry import Point

from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.watches.folders import Watch
from toimiva.capabilities.watches.models import Alarm
from toimiva.core.city.api import City
from toimiva.core.geography import api as geography
from toimiva.core.lake import api as lake
from toimiva.core.registers import api as registers

__all__ = ["tell_areas"]

_AREAS = "alarms.areas"
_COLUMNS = {"watch": pl.String, "sub_area": pl.String, "is_open": pl.Boolean, "since": pl.String}


def tell_areas(city: City, watch: Watch, places: Sequence[sensors.Place], *, at: datetime) -> int:
    """Deliver what differs between the register and the watch's open alarms; how many areas that is.

    Told again, or after a stop in between, it comes to the same. Raises NotFound where the city has no such register.
    """
    if not lake.tables(city.id):
        return 0  # no register of this city is here: there is nobody to reach
    registers.begin_own(city, at=at)
    known = lake.read(city.id, _AREAS).filter(pl.col("watch") == watch.id)
    was = {area: since for area, since, is_open in known.select("sub_area", "since", "is_open").iter_rows() if is_open}
    now = _reached(city, watch, places)
    rows = [(watch.id, area, True, since) for area, since in sorted(now.items()) if was.get(area) != since]
    rows += [(watch.id, area, False, since) for area, since in sorted(was.items()) if area not in now]
    if rows:
        file = io.BytesIO()
        pl.DataFrame(rows, schema=_COLUMNS, orient="row").write_parquet(file)
        name = f"{_AREAS}.changes.{watch.id}.{at:%Y%m%dT%H%M%S}.parquet"
        registers.receive(city, _AREAS, name, file.getvalue(), at=at, changes=True)
    return len(rows)


def _reached(city: City, watch: Watch, places: Sequence[sensors.Place]) -> dict[str, str]:
    """Sub-areas within the watch's reach of an open alarm, and since when."""
    points: Mapping[int, tuple[float, float] | None] = {place.id: place.point for place in places}
    shapes, _ = geography.shapes(city)
    found: dict[str, str] = {}
    for alarm in Alarm.objects.filter(city=city.id, watch=watch.id, until=None).order_by("-since", "-pk"):
        point = points.get(alarm.thing)
        if point is not None and watch.reaches_m is not None:
            here = Point(*geography.to_grid(*point))
            near = (code for code, shape in shapes.items() if shape.distance(here) <= watch.reaches_m)
            found.update(dict.fromkeys(near, f"{alarm.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"))
    return found
