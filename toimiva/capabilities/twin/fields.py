"""What sensors measure as a field between them, as air and warmth; with how sure it is, and by how much it errs.

Method: engines/fields (Gaussian process). Values that stand for one moment: the newest of each sensor, not older than
three hours before the newest of all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.twin import keeping
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.geography import api as geography
from toimiva.engines.fields.api import FEWEST, Field, field_of
from toimiva.engines.solids.api import Floats

__all__ = ["Drawn", "Measured", "draw", "field_between", "measured"]

_TOGETHER = timedelta(hours=3)
_CELLS, _MARGIN = 48, 0.15  # along the longer side; of it, around the sensors
_LEAST_KNOWN = 0.1  # where less is known, nothing is drawn
_MOST = 1000  # sensors
_OVER = 2.0  # metres above the ground, where it is drawn
Cell = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What sensors of a kind measured at a moment: `name` with its `unit`; degrees and values."""

    name: str
    unit: str
    at: datetime
    places: tuple[tuple[float, float], ...]
    values: tuple[float, ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A field as cells (west, south, east, north in degrees; value, standard deviation, 0 to 1 known), its `height`
    above the ellipsoid, and in words what it is by and how much it errs."""

    name: str
    unit: str
    names: dict[str, str]
    cells: list[Cell]
    height: float
    simulated: bool
    said: str


def measured() -> list[Measured]:
    """What enough sensors measure for a field, by name."""
    found = defaultdict(list)
    for place, newest in sensors.placed(_MOST):
        for one in newest:
            if one.number is not None and one.at and place.point:
                found[one.name, one.unit].append((one.at, place.point, one.number, place.properties.get("simulated")))
    told = []
    for (name, unit), rows in sorted(found.items()):
        last = max(at for at, *_rest in rows)
        now = [row for row in rows if row[0] > last - _TOGETHER]
        if len({point for _at, point, *_rest in now}) >= FEWEST:
            places, values = tuple(row[1] for row in now), tuple(row[2] for row in now)
            told.append(Measured(name, unit, last, places, values, any(row[3] for row in now)))
    return told


def draw(city: City, name: str = "") -> dict[str, object]:
    """The field of what is called so, or of the first there is: see Drawn. Raises NotFound where there is none."""
    known = measured()
    wanted = next((one for one in known if name in ("", one.name)), None)
    if wanted is None:
        raise NotFound(
            what=_("Too few sensors measure the same for a field between them."),
            mend=_("Five places or more are needed."),
        )
    cells, field = field_between(wanted)
    names = {one.name: sensors.in_words(one.name) for one in known}
    said = _said(wanted, field, wanted.at.astimezone(city.zone))
    return asdict(Drawn(wanted.name, wanted.unit, names, cells, _ground(city, wanted), wanted.simulated, said))


def field_between(told: Measured) -> tuple[list[Cell], Field]:
    """Cells (see Drawn) where enough is known, from south to north, and the field with its error."""
    edges, field = _computed(told.places, told.values)
    found = zip(edges, field.value.tolist(), field.deviation.tolist(), field.known.tolist(), strict=True)
    cells = [
        (*box, round(value, 2), round(deviation, 2), round(known, 2))
        for box, value, deviation, known in found if known >= _LEAST_KNOWN
    ]  # fmt: skip
    return cells, field


@lru_cache(maxsize=16)
def _computed(places: tuple[tuple[float, float], ...], values: tuple[float, ...]) -> tuple[list[Cell], Field]:
    """Cells around the places and the field in their middles; one place that measures twice counts by its mean."""
    by_place: dict[tuple[float, float], list[float]] = defaultdict(list)
    for place, value in zip(places, values, strict=True):
        by_place[place].append(value)
    spots = np.array(list(by_place))
    means = np.array([np.mean(some) for some in by_place.values()])
    west, south, east, north = _around(spots)
    wide, high = (east - west) * np.cos(np.radians(south)), north - south
    step = max(wide, high) / _CELLS
    columns, rows = max(1, round(wide / step)), max(1, round(high / step))
    lon, lat = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    boxes: list[Cell] = [
        (round(lon[x], 6), round(lat[y], 6), round(lon[x + 1], 6), round(lat[y + 1], 6))
        for y in range(rows) for x in range(columns)
    ]  # fmt: skip
    corners = np.array(boxes)
    middles = (corners[:, :2] + corners[:, 2:]) / 2
    return boxes, field_of(_on_grid(spots), means, _on_grid(middles))


def _around(spots: Floats) -> tuple[float, float, float, float]:
    low, high = spots.min(axis=0), spots.max(axis=0)
    margin = np.maximum((high - low).max() * _MARGIN, 0.0005)
    return float(low[0] - 2 * margin), float(low[1] - margin), float(high[0] + 2 * margin), float(high[1] + margin)


def _on_grid(degrees: Floats) -> Floats:
    return np.column_stack(geography.to_grid(degrees[:, 0], degrees[:, 1]))


def _ground(city: City, told: Measured) -> float:
    """Metres above the ellipsoid just over the ground among the sensors; the sea's where the twin knows none there."""
    spots = np.array(told.places)
    west, south, east, north = _around(spots)
    with keeping.opened(city) as asked:
        row = asked.execute(
            "SELECT coalesce(median(ground + undulation) FILTER (longitude BETWEEN ? AND ? AND latitude BETWEEN ? "
            "AND ?), max(undulation)) FROM objects WHERE placed AND faces > 0", [west, east, south, north]
        ).fetchone()  # fmt: skip
    return round(float(row[0]) + _OVER, 1) if row and row[0] is not None else _OVER


def _said(told: Measured, field: Field, at: datetime) -> str:
    """What the field is by, when it was, and by how much it errs, in the reader's language."""
    figures = {
        "count": len(set(told.places)), "at": date_format(at, "j.n.Y H.i"), "error": localize(round(field.error, 2)),
        "blind": localize(round(field.blind, 2)), "unit": told.unit,
    }  # fmt: skip
    by = _("By %(count)s sensors, %(at)s. Between them it is computed, and faint where little is known.") % figures
    errs = _("A sensor left out is missed by %(error)s %(unit)s, by the mean of the others %(blind)s.") % figures
    if field.error < field.blind:
        return f"{by} {errs}"
    return f"{by} {errs} {_('The field is no better than the mean here: look at the sensors instead.')}"
