"""A building tried out: what it would hold, the sun it would take, and kept as a plan beside today's city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.rows import rows_of
from toimiva.capabilities.twin.settings import left_by_clouds
from toimiva.capabilities.twin.sun import LEAST_LOST, around, day_of_sun, scene_of, year_of_sun
from toimiva.capabilities.twin.tiling import build_tiles
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, Invalid
from toimiva.engines.citymodels.api import CityObject, Frame, block, metres
from toimiva.engines.solids.api import Faces, faces_of

__all__ = ["STOREY", "Tried", "keep_plan", "planned", "try_out"]

STOREY = 3.2  # metres
_AROUND = 300.0  # metres
_MOST_STOREYS, _MOST_CORNERS, _LARGEST = 100, 60, 40_000.0  # m2
_FAR = 2000.0  # metres from the nearest object: outside the model


@dataclass(frozen=True, slots=True)
class Planned:
    """A block in metres of its frame, from its ground up."""

    outline: Sequence[tuple[float, float]]
    ground: float
    storeys: int
    frame: Frame

    @property
    def top(self) -> float:
        """Height of the roof."""
        return self.ground + self.storeys * STOREY


@dataclass(frozen=True, slots=True)
class Tried:
    """What a block would be and do: `lost` are faces by how much sun they lose on the day (hours)."""

    floor_area: float
    volume: float
    roof_sun_mwh: float
    neighbours_lose_mwh: float
    day: str
    faces: int
    lost: Sequence[Mapping[str, Any]]


def planned(city: City, told: Mapping[str, Any]) -> Planned:
    """A block from JSON: `outline` in degrees, `storeys`. It stands on the ground of the nearest object. Raises
    Invalid, saying what is wrong."""
    try:
        storeys = int(told["storeys"])
        corners = [(float(lon), float(lat)) for lon, lat in told["outline"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            what="The block cannot be read.", why=f"{type(error).__name__}: {error}",
            mend="Give `outline` as corners [longitude, latitude], and `storeys`.",
        ) from error  # fmt: skip
    if not 1 <= storeys <= _MOST_STOREYS or not 3 <= len(corners) <= _MOST_CORNERS:
        raise Invalid(what=f"A block has 1 to {_MOST_STOREYS} storeys and 3 to {_MOST_CORNERS} corners.")
    frame, ground = _nearest(city, *np.mean(corners, axis=0).tolist())
    outline = [metres(frame.metric, *corner) for corner in corners]
    shape = shapely.Polygon(outline) if np.isfinite(outline).all() else shapely.Polygon()
    if not shape.is_valid or not 1 <= shape.area <= _LARGEST:
        raise Invalid(
            what="The outline is no area that a building could have.",
            mend=f"1 to {_LARGEST:,.0f} m2, not crossing itself.",
        )
    return Planned(outline, ground, storeys, frame)


def _nearest(city: City, lon: float, lat: float) -> tuple[Frame, float]:
    """The frame of the object nearest to a place in degrees, and the ground that it stands on."""
    with keeping.opened(city) as asked:
        row = asked.execute(
            "SELECT epsg, undulation, ground, x, y FROM objects WHERE placed AND faces > 0 "
            "ORDER BY ((longitude - $lon) * cos(radians($lat))) ** 2 + (latitude - $lat) ** 2, source, id LIMIT 1",
            {"lon": lon, "lat": lat},
        ).fetchone()
    x, y = metres(row[0], lon, lat) if row else (np.nan, np.nan)
    if row is None or not np.hypot(row[3] - x, row[4] - y) <= _FAR:
        raise Invalid(what="No building of the twin is within two kilometres.", mend="Choose a place inside the model.")
    return Frame.kept(row[0], (x, y), row[1]), float(row[2])


def try_out(city: City, plan: Planned, day: date) -> Tried:
    """What the block would take from what stands within 300 metres: hours of sun on a day, energy in a year."""
    polygons = block([plan.outline], plan.ground, plan.top, "plan")
    own = faces_of(polygon.rings for polygon in polygons)
    x, y = np.mean(plan.outline, axis=0)
    with keeping.opened(city) as asked:
        rows = around(asked, plan.frame.metric, (x - _AROUND, y - _AROUND, x + _AROUND, y + _AROUND))
    today, faces = scene_of(rows)
    with_plan, _ = scene_of(rows, own)
    kinds = rows["kind"].to_numpy(zero_copy_only=False)
    chosen = np.flatnonzero(np.isin(kinds, ["RoofSurface", "WallSurface"]))
    some, roof = faces.only(chosen), kinds[chosen] == "RoofSurface"
    place = (plan.frame.metric, float(x), float(y))
    before, after = (day_of_sun(some, roof, scene, place, day) for scene in (today, with_plan))
    lost = np.flatnonzero(before - after >= LEAST_LOST)
    left, _ = left_by_clouds(city)
    roofs = some.only(np.flatnonzero(roof))
    year = [year_of_sun(roofs, scene, place, left) for scene in (today, with_plan)]
    on_top = Faces(own.points, own.rings, own.faces).only(np.array([1]))  # the roof comes after the floor
    area = float(shapely.Polygon(plan.outline).area)
    order = lost[np.argsort(after[lost] - before[lost], kind="stable")]
    return Tried(
        round(area * plan.storeys, 1), round(area * (plan.top - plan.ground), 1),
        round(float((year_of_sun(on_top, with_plan, place, left) * on_top.areas).sum()) / 1000, 1),
        round(float(((year[0] - year[1]) * roofs.areas).sum()) / 1000, 1),
        day.isoformat(), len(lost), [_told(rows, int(chosen[at]), before[at], after[at]) for at in order[:50]],
    )  # fmt: skip


def _told(rows: pa.Table, row: int, before: float, after: float) -> dict[str, Any]:
    return {
        "object": rows["object"][row].as_py(), "kind": rows["kind"][row].as_py(),
        "area": round(rows["area"][row].as_py(), 1),
        "before": round(float(before), 1), "after": round(float(after), 1),
    }  # fmt: skip


def keep_plan(city: City, plan: Planned, name: str) -> str:
    """Keep the block as a plan and build its tiles; the name of its branch. Raises Invalid for a name that no plan may
    have, and Conflict for one that another has."""
    if name in keeping.branches(city):
        raise Conflict(what=f"There is a plan {name!r} already.", mend="Give this one another name.")
    found = CityObject(f"plan-{name}", "Building", name=name, attributes={"storeys": plan.storeys})
    found.polygons = block([plan.outline], plan.ground, plan.top, found.id)
    keeping.keep(city, found.id, name, iter([rows_of([found], found.id, name, plan.frame)]))
    build_tiles(city, name)
    return name
