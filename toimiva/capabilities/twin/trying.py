"""What a thing would do in the city: the sun and sky it takes, what it gives, and what is near on foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.elevation import horizon_of
from toimiva.capabilities.twin.nearby import ways_to
from toimiva.capabilities.twin.placing import Building, Panels, Placed
from toimiva.capabilities.twin.scenes import around, scene_of
from toimiva.capabilities.twin.seeing import view_of
from toimiva.capabilities.twin.settings import left_by_clouds
from toimiva.capabilities.twin.sun import LEAST_LOST, LOSSES, MODULES, day_of_sun, year_of_sun
from toimiva.core.city.api import City
from toimiva.engines.citymodels.api import degrees
from toimiva.engines.solids.api import Faces, faces_of
from toimiva.engines.sun.api import Scene, sky_seen

__all__ = ["Tried", "try_out"]

_AROUND = 300.0  # metres
_LESS_SKY = 0.05  # of the sky: a wall that loses as much sees less of it
_NEARBY, _LESS_FAR = 150.0, 0.1  # metres; of the open view: a wall there that loses as much sees less far


@dataclass(frozen=True, slots=True)
class Tried:
    """What a thing would be and do. `lost` are faces by how much sun they lose on the day (hours), `faces` how many;
    `ways` what is near on foot; `shape` its faces as longitude, latitude and height above the ellipsoid."""

    measures: Mapping[str, float]
    day: str
    faces: int = 0
    lost: Sequence[Mapping[str, Any]] = ()
    ways: Sequence[Mapping[str, Any]] = ()
    shape: Sequence[Sequence[Sequence[float]]] = field(default=(), repr=False)


def try_out(city: City, plan: Placed, day: date, branch: str = "") -> Tried:
    """What it would do to what stands within 300 metres in today's city or in a plan: hours of sun on a day, energy in
    a year, sky before walls, and how far they see."""
    polygons = [polygon for one in plan.objects("tried") for polygon in one.polygons]
    own = faces_of(polygon.rings for polygon in polygons)
    x, y = own.points[:, :2].mean(axis=0).tolist()
    with keeping.opened(city, branch) as asked:
        rows = around(asked, plan.frame.metric, (x - _AROUND, y - _AROUND, x + _AROUND, y + _AROUND))
        hills = horizon_of(asked, plan.frame.metric)
    without, faces = scene_of(rows, horizon=hills)
    shape = [_in_degrees(polygon.rings[0], plan) for polygon in polygons]
    if isinstance(plan, Panels):
        return Tried({**plan.measures, **_given(city, plan, without)}, day.isoformat(), shape=shape)
    with_plan, _ = scene_of(rows, own, without)
    around_it = _Around(city, rows, faces, (plan.frame.metric, x, y), (without, with_plan))
    lost, taken = around_it.lost(day), around_it.taken()
    if isinstance(plan, Building):
        on_top = own.only(np.array([1]))  # the roof comes after the floor
        light = float((year_of_sun(on_top, with_plan, around_it.at, around_it.left) * on_top.areas).sum()) / 1000
        taken = {"roof_sun_mwh": round(light, 1), "roof_electricity_mwh": _electricity(light), **taken}
    ways = ways_to(city, degrees(plan.frame.metric, x, y)) if isinstance(plan, Building) else []
    return Tried({**plan.measures, **taken}, day.isoformat(), len(lost), lost[:50], ways, shape)


def _electricity(mwh: float) -> float:
    return round(mwh * MODULES * LOSSES, 1)


def _in_degrees(ring: Sequence[float], plan: Placed) -> list[list[float]]:
    corners = np.array(ring).reshape(-1, 3)
    return np.stack(plan.frame.to_degrees(*corners.T), axis=1).tolist()


def _given(city: City, panels: Panels, around_them: Scene) -> Mapping[str, float]:
    """Light on the panels (kWh a m2) and electricity (MWh), a year."""
    left, _ = left_by_clouds(city)
    faces = panels.faces
    at = (panels.frame.metric, *panels.frame.around)
    light = float((year_of_sun(faces, around_them, at, left) * faces.areas).sum())
    return {"sun": round(light / float(faces.areas.sum())), "electricity_mwh": _electricity(light / 1000)}


class _Around:
    """What stands around, without the thing and with it."""

    def __init__(
        self, city: City, rows: pa.Table, faces: Faces, at: tuple[int, float, float], scenes: tuple[Scene, Scene]
    ) -> None:  # fmt: skip
        self.rows, self.faces, self.at, self.scenes = rows, faces, at, scenes
        self.left, _ = left_by_clouds(city)
        kinds = rows["kind"].to_numpy(zero_copy_only=False)
        self.chosen = np.flatnonzero(np.isin(kinds, ["RoofSurface", "WallSurface"]))
        self.some, self.roof = faces.only(self.chosen), kinds[self.chosen] == "RoofSurface"

    def lost(self, day: date) -> list[dict[str, Any]]:
        """Faces that lose a quarter of an hour of sun or more on the day, the most first."""
        before, after = (day_of_sun(self.some, self.roof, scene, self.at, day) for scene in self.scenes)
        lost = np.flatnonzero(before - after >= LEAST_LOST)
        order = lost[np.argsort(after[lost] - before[lost], kind="stable")]
        return [self._told(int(self.chosen[at]), before[at], after[at]) for at in order]

    def _told(self, row: int, before: float, after: float) -> dict[str, Any]:
        return {
            "object": self.rows["object"][row].as_py(), "kind": self.rows["kind"][row].as_py(),
            "area": round(self.rows["area"][row].as_py(), 1),
            "before": round(float(before), 1), "after": round(float(after), 1),
        }  # fmt: skip

    def taken(self) -> dict[str, float]:
        """Sun that roofs lose in a year (MWh), and how many walls lose a twentieth of the sky or more."""
        roofs = self.some.only(np.flatnonzero(self.roof))
        year = [year_of_sun(roofs, scene, self.at, self.left) for scene in self.scenes]
        walls = self.some.only(np.flatnonzero(~self.roof))
        level = np.zeros(len(walls), dtype=bool)
        sky = [sky_seen(walls, level, scene) for scene in self.scenes] if len(walls) else [np.zeros(0)] * 2
        return {
            "neighbours_lose_mwh": round(float(((year[0] - year[1]) * roofs.areas).sum()) / 1000, 1),
            "walls_less_sky": int((sky[0] - sky[1] >= _LESS_SKY).sum()), "walls_less_view": self._less_view(),
        }  # fmt: skip

    def _less_view(self) -> int:
        """How many walls nearby see less far."""
        x, y = (self.rows[name].to_numpy() for name in ("x", "y"))
        near = np.hypot(x - self.at[1], y - self.at[2])[self.chosen] <= _NEARBY
        walls = self.chosen[near & ~self.roof]
        before, after = (view_of(self.rows, self.faces, walls, scene).open for scene in self.scenes)
        return int((after <= before * (1 - _LESS_FAR)).sum())
