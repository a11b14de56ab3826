"""What a plan may put into the city, read from JSON: a building, a row of trees, solar panels on a roof."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import shapely
from django.utils.translation import gettext as _

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.sun import MODULES
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.engines.citymodels.api import CityObject, Frame, Polygon, block, metres, tree
from toimiva.engines.solids.api import Faces, faces_of

__all__ = ["STOREY", "Building", "Panels", "Placed", "Trees", "placed"]

STOREY = 3.2  # metres
_PER_RESIDENT = 45.0  # m2 of floor area: Finnish plans reckon with 40 to 50
_PER_FLOOR = 0.090  # MWh a m2 and year: the most that a block of flats may be reckoned to use (decree 1010/2017)
_MOST_STOREYS, _MOST_CORNERS, _LARGEST = 100, 60, 40_000.0  # m2
_MOST_TREES, _TALLEST, _WIDEST = 200, 45.0, 30.0
_FAR = 2000.0  # metres from the nearest object: outside the model
_EDGE, _OVER, _LEAST = 0.5, 0.15, 2.0  # metres kept free at a roof's edge; above it; m2 of panels
_STEPS = 20  # of halving: a millionth of the roof's size


class Placed(Protocol):
    """Something to put into the city. `measures` are what it is in figures, by name."""

    @property
    def frame(self) -> Frame:
        """What its metres are in."""

    @property
    def measures(self) -> Mapping[str, float]:
        """Figures of the thing itself."""

    def objects(self, prefix: str) -> list[CityObject]:
        """What stands in the city, in metres of the frame, called by the prefix."""


@dataclass(frozen=True, slots=True)
class Building:
    """A block in metres of its frame, from its ground up."""

    outline: Sequence[tuple[float, float]]
    ground: float
    storeys: int
    frame: Frame

    @property
    def top(self) -> float:
        """Height of the roof."""
        return self.ground + self.storeys * STOREY

    @property
    def measures(self) -> Mapping[str, float]:
        """Floor area (m2), volume (m3), residents if it has flats, and the energy (MWh a year) these may use."""
        area = float(shapely.Polygon(self.outline).area)
        floors = area * self.storeys
        return {
            "floor_area": round(floors, 1), "volume": round(area * (self.top - self.ground), 1),
            "residents": round(floors / _PER_RESIDENT), "energy_mwh": round(floors * _PER_FLOOR, 1),
        }  # fmt: skip

    def objects(self, prefix: str) -> list[CityObject]:
        """The block."""
        shape = block([self.outline], self.ground, self.top, prefix)
        return [CityObject(prefix, "Building", attributes={"storeys": self.storeys}, polygons=shape)]


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of one height (metres) and width of crown, at places in metres of their frame."""

    places: Sequence[tuple[float, float]]
    ground: float
    height: float
    crown: float
    frame: Frame

    @property
    def measures(self) -> Mapping[str, float]:
        """How many, and the ground that their crowns cover (m2)."""
        crowns = shapely.union_all(shapely.points(self.places).reshape(-1)).buffer(self.crown / 2)
        return {"trees": len(self.places), "crown_area": round(float(crowns.area), 1)}

    def objects(self, prefix: str) -> list[CityObject]:
        """Each tree."""
        told = {"height": self.height, "crown": self.crown}
        shapes = [
            (f"{prefix}-{number}", tree(at, self.ground, self.height, self.crown, f"{prefix}-{number}/crown"))
            for number, at in enumerate(self.places, 1)
        ]
        return [CityObject(key, "SolitaryVegetationObject", attributes=dict(told), polygons=s) for key, s in shapes]


@dataclass(frozen=True)
class Panels:
    """Panels over the roofs of an object: rings of corners (x, y, z) in metres of the frame."""

    on: str
    rings: Sequence[list[float]] = field(repr=False)
    frame: Frame

    @cached_property
    def faces(self) -> Faces:
        """The panels as faces."""
        return faces_of([ring] for ring in self.rings)

    @property
    def measures(self) -> Mapping[str, float]:
        """Their area (m2) and what they give in full sun (kW)."""
        area = float(self.faces.areas.sum())
        return {"panel_area": round(area, 1), "peak_kw": round(area * MODULES, 1)}

    def objects(self, prefix: str) -> list[CityObject]:
        """All of them as one object."""
        shape = [
            Polygon(f"{prefix}/{number}", "SolarPanel", f"{prefix}/{number}", "2", [ring])
            for number, ring in enumerate(self.rings)
        ]
        told = {"on": self.on, "peak_kw": self.measures["peak_kw"]}
        return [CityObject(prefix, "GenericCityObject", attributes=told, polygons=shape)]


def placed(city: City, told: Mapping[str, Any]) -> Placed:
    """A thing from JSON by its `kind`: see `docs/reference/urls.md`. It stands on the ground of the nearest object.
    Raises Invalid, saying what is wrong."""
    kind = told.get("kind", "building")
    if kind not in _KINDS:
        raise Invalid(what=f"{str(kind)[:40]!r} cannot be put into the city.", mend=f"Use one of {', '.join(_KINDS)}.")
    read, mend = _KINDS[kind]
    try:
        return read(city, told)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Invalid(what=f"The {kind} cannot be read.", why=why, mend=mend) from error


def _building(city: City, told: Mapping[str, Any]) -> Building:
    storeys = int(told["storeys"])
    corners = [(float(lon), float(lat)) for lon, lat in told["outline"]]
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
    return Building(outline, ground, storeys, frame)


def _trees(city: City, told: Mapping[str, Any]) -> Trees:
    height, crown = float(told["height"]), float(told["crown"])
    spots = [(float(lon), float(lat)) for lon, lat in told["points"]]
    if not 1 <= len(spots) <= _MOST_TREES or not 1 <= height <= _TALLEST or not 0.5 <= crown <= _WIDEST:
        raise Invalid(
            what="These are no trees that could grow here.",
            mend=f"1 to {_MOST_TREES} trees, 1 to {_TALLEST:g} m high, with crowns of 0.5 to {_WIDEST:g} m.",
        )
    frame, ground = _nearest(city, *np.mean(spots, axis=0).tolist())
    places = [metres(frame.metric, *spot) for spot in spots]
    if not np.isfinite(places).all() or np.ptp(places, axis=0).max() > _FAR:
        raise Invalid(what="The trees stand too far from each other.", mend=f"Put them within {_FAR:,.0f} metres.")
    return Trees(places, ground, height, crown, frame)


def _panels(city: City, told: Mapping[str, Any]) -> Panels:
    key, share = str(told["object"]), float(told.get("share", 0.7))
    if not 0.05 <= share <= 1:
        raise Invalid(what="Panels cover 5 to 100 per cent of a roof.", mend="Give `share` as 0.05 to 1.")
    with keeping.opened(city, str(told.get("plan") or "")) as asked:
        rows = asked.execute(
            "SELECT o.epsg, o.undulation, o.x, o.y, f.rings FROM faces f JOIN objects o ON o.id = f.object AND "
            "o.source = f.source AND o.branch = f.branch WHERE o.id = ? AND o.placed AND f.shown AND "
            "f.kind = 'RoofSurface' AND f.area >= ? ORDER BY f.id", [key, _LEAST]
        ).fetchall()  # fmt: skip
    at = told.get("at")
    spot = shapely.Point(metres(rows[0][0], float(at[0]), float(at[1]))) if at and rows else None
    roofs = [row[4] for row in rows]
    here = [roof for roof in roofs if spot and shapely.Polygon(*_flat(roof)).covers(spot)]
    highest = sorted(here, key=lambda roof: max(roof[0][2::3]))[-1:]  # one under another gets no sun
    rings = [ring for roof in highest or roofs for ring in _over(roof, share)]
    if not rings:
        raise Invalid(what=_("There is no roof for panels."), mend=_("Choose a roof of a building."))
    epsg, undulation, x, y = rows[0][:4]
    return Panels(key, rings, Frame.kept(epsg, (x, y), undulation))


def _over(rings: Sequence[Sequence[float]], share: float) -> list[list[float]]:
    """Panels over a roof, its edges left free."""
    (normal,) = faces_of([rings]).normals
    if abs(normal[2]) < 0.1:
        return []
    outline = shapely.Polygon(*_flat(rings))
    x, y, z = rings[0][:3]
    return [
        [value for at in part.exterior.coords[:-1] for value in (*at, _height(at, (x, y, z), normal) + _OVER)]
        for part in _parts(outline, share) if part.area >= _LEAST and not part.interiors
    ]  # fmt: skip


def _flat(rings: Sequence[Sequence[float]]) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    outer, *holes = [list(zip(ring[0::3], ring[1::3], strict=True)) for ring in rings]
    return outer, holes


def _parts(outline: shapely.Polygon, share: float) -> list[shapely.Polygon]:
    """The part of an outline that panels cover, its edges left free: they move in until the share is right."""
    least, most = _EDGE, float(np.sqrt(outline.area))
    for _step in range(_STEPS):
        middle = (least + most) / 2
        too_much = outline.buffer(-middle, join_style="mitre").area > share * outline.area
        least, most = (middle, most) if too_much else (least, middle)
    shape = outline.buffer(-least, join_style="mitre")
    whole = [part for one in getattr(shape, "geoms", [shape]) for part in _without_holes(one)]
    return [shapely.orient_polygons(part) for part in whole]  # anticlockwise: they face up


def _without_holes(shape: shapely.Polygon) -> list[shapely.Polygon]:
    """A shape cut in two through each of its holes."""
    if not shape.interiors:
        return [] if shape.is_empty else [shape]
    west, south, east, north = shape.bounds
    middle = shape.interiors[0].centroid.x
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    cut = [shape.intersection(half) for half in halves]
    polygons = [one for part in cut for one in getattr(part, "geoms", [part]) if one.geom_type == "Polygon"]
    return [piece for one in polygons for piece in _without_holes(one)]


def _height(at: tuple[float, ...], on: tuple[float, float, float], normal: Any) -> float:
    """The height of a plane over a place."""
    return float(on[2] - (normal[0] * (at[0] - on[0]) + normal[1] * (at[1] - on[1])) / normal[2])


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
        raise Invalid(
            what=_("No building of the twin is within two kilometres."), mend=_("Choose a place in the model.")
        )
    return Frame.kept(row[0], (x, y), row[1]), float(row[2])


_KINDS: Mapping[str, tuple[Callable[[City, Mapping[str, Any]], Placed], str]] = {
    "building": (_building, "Give `outline` as corners [longitude, latitude], and `storeys`."),
    "trees": (_trees, "Give `points` as [longitude, latitude], and `height` and `crown` in metres."),
    "panels": (
        _panels,
        "Give `object`, the id of a building; `at` [longitude, latitude] to choose one of its roofs; `share`.",
    ),
}
