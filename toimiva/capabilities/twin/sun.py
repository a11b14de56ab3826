"""A year of sun on every roof, shaded by what stands around; and hours of sun that a plan takes from its neighbours.

Method: engines/sun (clear sky by Ineichen, made cloudy by month, Tregenza's patches, rays by Embree, hills of the
city's terrain from 100 m to 10 km away). Error: the sum of an unshaded face lies within 1 % of pvlib's hour by hour;
the year itself is a model, within about 8 % of measured ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.elevation import horizon_of
from toimiva.capabilities.twin.rows import SOLAR
from toimiva.capabilities.twin.scenes import CELL, Cell, around, cells, scene_of, within
from toimiva.capabilities.twin.settings import left_by_clouds
from toimiva.core.city.api import City
from toimiva.engines.citymodels.api import degrees, grid_turn
from toimiva.engines.solids.api import Faces, Floats
from toimiva.engines.sun.api import Horizon, Scene, SkyYear, hours_of_sun, sky_year, sun_path, year_on

__all__ = [
    "LEAST_LOST", "LOSSES", "METHOD", "MODULES", "Sunned", "day_of_sun", "hours_lost", "sun_on_roofs", "year_of_sun",
]  # fmt: skip

METHOD = "Ineichen clear sky, monthly cloud factors, Erbs split, isotropic sky, Embree shading, hills; 2"
MODULES, LOSSES = 0.20, 0.80  # of light to electricity in a module; of that after heat, wiring and inverter
LEAST_LOST = 0.25  # hours
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Sunned:
    """What was computed: faces, rays a second over all of the work, GWh of light and of electricity a year."""

    faces: int
    area: float
    energy_gwh: float
    electricity_gwh: float
    mean: float
    clouds: str


def sun_on_roofs(city: City, branch: str, *, facades: bool, progress: Progress) -> Sunned:
    """Every roof (and wall) of 2 m2 and more of today's city or of a branch, into the lake as `twin.solar`."""
    kinds = ["RoofSurface", "WallSurface"] if facades else ["RoofSurface"]
    left, clouds = left_by_clouds(city)
    tables = []
    with keeping.opened(city, branch) as asked:
        found = cells(asked, kinds)
        hills = {epsg: horizon_of(asked, epsg) for epsg in {cell[0] for cell in found}}
        for cell in found:
            tables.append(_cell(asked, kinds, cell, left, branch, hills[cell[0]]))
            progress(f"EPSG:{cell[0]}", sum(one.num_rows for one in tables))
    whole = pa.concat_tables([SOLAR.empty_table(), *tables])
    keeping.replace(city, keeping.SOLAR_TABLE, whole, "branch", branch)
    area, energy = (np.asarray(whole[name]) for name in ("area", "energy"))
    total = float(energy.sum())
    return Sunned(
        whole.num_rows, round(float(area.sum()), 1), round(total / 1e6, 3),
        round(float(np.asarray(whole["electricity"]).sum()) / 1e6, 3),
        round(total / max(float(area.sum()), 1e-9), 1), clouds,
    )  # fmt: skip


def _cell(
    asked: duckdb.DuckDBPyConnection, kinds: list[str], at: Cell, left: tuple[float, ...], branch: str,
    hills: Horizon | None,
) -> pa.Table:  # fmt: skip
    rows, wanted = within(asked, at, kinds)
    scene, faces = scene_of(rows, horizon=hills)
    chosen = np.flatnonzero(wanted)
    some = faces.only(chosen)
    table = rows.take(pa.array(chosen))
    roof = table["kind"].to_numpy(zero_copy_only=False) == "RoofSurface"
    place = (at[0], (at[1] + 0.5) * CELL, (at[2] + 0.5) * CELL)
    got = year_on(some, roof, scene, _year(place, left))
    turn = grid_turn(at[0], *degrees(*place))
    area = table["area"].to_numpy()
    columns = {
        "object": table["object"], "source": table["source"], "branch": pa.array([branch] * len(table), pa.string()),
        "digest": table["digest"],
        "face": table["id"], "surface": table["surface"], "kind": table["kind"], "area": area,
        "slope": np.where(roof & (some.normals[:, 2] < 0), 180 - some.slopes, some.slopes),
        "azimuth": pa.array((some.azimuths + turn) % 360, from_pandas=True),
        "x": table["x"], "y": table["y"], "sun": got.sun, "unshaded": got.unshaded,
        "shade": np.clip(1 - got.sun / np.maximum(got.unshaded, 1e-9), 0, 1), "sky": got.sky, "energy": got.sun * area,
        "electricity": got.sun * area * MODULES * LOSSES, "epsg": table["epsg"],
    }  # fmt: skip
    return pa.table({name: columns[name] for name in SOLAR.names}).cast(SOLAR)


def day_of_sun(faces: Faces, roof: NDArray[np.bool_], scene: Scene, at: tuple[int, float, float], day: date) -> Floats:
    """Hours of sun on each face on a day; `at` is a system with a place in it."""
    lon, lat = degrees(*at)
    first = datetime.combine(day, time(0, 5), UTC)
    times = [first + timedelta(minutes=10 * n) for n in range(144)]
    path = turned_sky(sun_path(lat, lon, times), grid_turn(at[0], lon, lat))
    return hours_of_sun(faces, roof, scene, path, 1 / 6)


def year_of_sun(roofs: Faces, scene: Scene, at: tuple[int, float, float], left: tuple[float, ...]) -> Floats:
    """kWh/m2 a year on each roof."""
    if not len(roofs):
        return np.zeros(0)
    return year_on(roofs, np.ones(len(roofs), dtype=bool), scene, _year(at, left)).sun


def _year(at: tuple[int, float, float], left: tuple[float, ...]) -> SkyYear:
    """The year at a place, its directions from the grid's north."""
    lon, lat = degrees(*at)
    year = sky_year(round(lat, 1), round(lon, 1), 20.0, left)
    return SkyYear(turned_sky(year.directions, grid_turn(at[0], lon, lat)), year.beam, year.diffuse, year.total)


def turned_sky(directions: Floats, degrees_east: float) -> Floats:
    """Directions from true north as directions from the grid's north, which lies so many degrees east of it."""
    turn = np.radians(degrees_east)
    east, north = directions[:, 0], directions[:, 1]
    return np.stack(
        [east * np.cos(turn) - north * np.sin(turn), east * np.sin(turn) + north * np.cos(turn), directions[:, 2]],
        axis=1,
    )


@dataclass(frozen=True, slots=True)
class Lost:
    """A face that a plan takes sun from: hours of sun on the day today and with the plan."""

    object: str
    face: str
    kind: str
    area: float
    before: float
    after: float


def hours_lost(city: City, branch: str, day: date, within: float = 400.0) -> list[Lost]:
    """Faces around what a plan changes that lose a quarter of an hour of sun or more on a day; the most first."""
    with keeping.opened(city, branch) as planned, keeping.opened(city) as today:
        places = planned.execute(
            "SELECT epsg, min(x) - $within, min(y) - $within, max(x) + $within, max(y) + $within FROM all_objects "
            "WHERE branch = $branch AND placed GROUP BY epsg", {"branch": branch, "within": within}
        ).fetchall()  # fmt: skip
        found = [one for epsg, *box in places for one in _lost(today, planned, epsg, tuple(box), day)]
    return sorted(found, key=lambda one: (one.after - one.before, one.object, one.face))


def _lost(
    today: duckdb.DuckDBPyConnection, planned: duckdb.DuckDBPyConnection, epsg: int,
    box: tuple[float, float, float, float], day: date,
) -> Iterator[Lost]:  # fmt: skip
    rows, plan = around(today, epsg, box), around(planned, epsg, box)
    at = (epsg, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    scene, faces = scene_of(rows, horizon=horizon_of(today, epsg))
    with_plan, _ = scene_of(plan, beside=scene)
    kinds = rows["kind"].to_numpy(zero_copy_only=False)
    stays = set(zip(plan["object"].to_pylist(), plan["id"].to_pylist(), strict=True))
    keys = list(zip(rows["object"].to_pylist(), rows["id"].to_pylist(), strict=True))
    chosen = np.flatnonzero(
        np.isin(kinds, ["RoofSurface", "WallSurface"]) & np.array([key in stays for key in keys], dtype=bool)
    )
    if not len(chosen):
        return
    some, roof = faces.only(chosen), kinds[chosen] == "RoofSurface"
    before, after = (day_of_sun(some, roof, one, at, day) for one in (scene, with_plan))
    for number in np.flatnonzero(before - after >= LEAST_LOST).tolist():
        row = int(chosen[number])
        yield Lost(
            *keys[row],
            str(kinds[row]),
            round(float(rows["area"][row].as_py()), 1),
            round(float(before[number]), 2),
            round(float(after[number]), 2),
        )
