"""Where coordinates lie: reference systems, the order of their axes, and heights above the ellipsoid.

A city's files do not always keep the order of axes that the authority gives (EPSG:3879 is northing, easting; Helsinki's
CityGML has easting first): which one a file has is found from where its points fall, and told. Where both orders are
places, the one in the city's own area counts; else the authority's, or easting first where the system is written short
(`EPSG:4326`, as OGC 09-048r5 and most programs take it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError

from toimiva.engines.citymodels.objects import Unreadable

__all__ = ["Frame", "degrees", "earth", "epsg_of", "frame_of", "grid_turn", "metres"]

_CODE = re.compile(r"EPSG\D{0,8}(?:[\d.]+[:/]+)?(\d{4,6})(?!\d)|^\s*(\d{4,6})\s*$", re.IGNORECASE)
# Of AdV, the German surveys, as urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH and urn:adv:crs:DE_DHDN_3GK4*DE_DHHN92_NH.
_GERMAN = re.compile(r"ETRS89_UTM(3[123])|DE_DHDN_3GK([2-5])")
GEOCENTRIC = 4978
_SHORT = re.compile(r"\s*EPSG:\d+\s*", re.IGNORECASE).fullmatch
_CRS84 = ("CRS84", "CRS:84")  # longitude first, as GeoJSON has it
_AS_THEY_ARE = "heights are taken as they are: no offset is stated for this system"
_FAR = 200_000.0  # metres from the others: no city is as wide
_HIGH = 12_000.0  # metres above or below sea level: nothing of a city is there
_SLACK = 0.05  # of the area's width: files reach a little over the edge


def epsg_of(written: str) -> int | None:
    """The code in `EPSG:3879`, `urn:ogc:def:crs:EPSG::3879`, a compound URN (its horizontal part),
    OGC's address, or 4326 for CRS84."""
    if written.endswith(_CRS84):
        return 4326
    german = _GERMAN.search(written)
    if german:
        return 25800 + int(german[1]) if german[1] else 31464 + int(german[2])
    found = _CODE.search(written)
    return int(found[1] or found[2]) if found else None


@dataclass(frozen=True, slots=True)
class Frame:
    """A file's frame. `swapped` where northing (or latitude) stands first in the file; `undulation` is how far
    the ellipsoid lies below the file's heights, metres; `heights` says where that is from. `metric` is the system that
    points are kept in, in metres: the file's own, or another where that one counts in degrees or feet; `around` is
    where the file lies in it."""

    epsg: int
    metric: int
    around: tuple[float, float]
    swapped: bool = False
    as_authority: bool = True
    undulation: float = 0.0
    heights: str = ""

    @staticmethod
    def kept(epsg: int, around: tuple[float, float], undulation: float) -> Frame:
        """The frame of what is kept in metres already, easting first."""
        return Frame(epsg, epsg, around, undulation=undulation)

    def to_metric(self, points: NDArray[Any]) -> NDArray[Any]:
        """Points as written, (n, 3), as easting, northing and height in metres of `metric`."""
        if self.epsg == GEOCENTRIC:
            lon, lat, height = _to_heights().transform(*points.T)
            x, y = _to_degrees(self.metric).transform(lon, lat, direction="INVERSE")
            return np.stack([x, y, height], axis=1)
        x, y = (points[:, 1], points[:, 0]) if self.swapped else (points[:, 0], points[:, 1])
        if self.metric != self.epsg:
            lon, lat = _to_degrees(self.epsg).transform(x, y)
            x, y = _to_degrees(self.metric).transform(lon, lat, direction="INVERSE")
        return np.stack([x, y, points[:, 2]], axis=1)

    def to_degrees(self, x: Any, y: Any, z: Any) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Longitude, latitude (degrees, WGS 84) and height above the ellipsoid (metres) of points in metres."""
        lon, lat = _to_degrees(self.metric).transform(x, y)
        return np.asarray(lon), np.asarray(lat), np.asarray(z) + self.undulation

    def near(self, points: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of these points, (n, 3) in metres, are where a city can be that the file lies in."""
        across = np.abs(points[:, :2] - self.around).max(axis=1)
        return np.asarray((across < _FAR) & (np.abs(points[:, 2]) < _HIGH))

    def said(self) -> str:
        """The order of axes, in words."""
        order = "northing, easting" if self.swapped else "easting, northing"
        return f"{order}{'' if self.as_authority else ' (the authority gives the other order)'}"


@lru_cache(maxsize=64)
def _to_degrees(epsg: int) -> Transformer:
    return Transformer.from_crs(_flat(epsg), 4326, always_xy=True)


def degrees(epsg: int, x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place in metres of a system."""
    lon, lat = _to_degrees(epsg).transform(x, y)
    return float(lon), float(lat)


def metres(epsg: int, lon: float, lat: float) -> tuple[float, float]:
    """Easting and northing of a place in degrees."""
    x, y = _to_degrees(epsg).transform(lon, lat, direction="INVERSE")
    return float(x), float(y)


def earth(lon: Any, lat: Any, height: Any) -> NDArray[Any]:
    """Earth-centred metres (EPSG:4978), (..., 3), of places in degrees at heights above the ellipsoid."""
    return np.stack(_to_heights().transform(lon, lat, height, direction="INVERSE"), axis=-1)


def grid_turn(epsg: int, lon: float, lat: float) -> float:
    """How many degrees east of true north the grid's north points at a place (the meridian convergence)."""
    return float(Proj(_flat(epsg)).get_factors(lon, lat).meridian_convergence)


@lru_cache(maxsize=1)
def _to_heights() -> Transformer:
    return Transformer.from_crs(GEOCENTRIC, 4979, always_xy=True)


@lru_cache(maxsize=64)
def _flat(epsg: int) -> CRS:
    """The horizontal part of a system."""
    found = CRS.from_epsg(epsg)
    return found.sub_crs_list[0] if found.is_compound else found


def frame_of(
    written: str, middle: NDArray[Any], name: str, offsets: Mapping[int, tuple[float, str]], prefer: int | None = None
) -> Frame:
    """The frame of a file whose points lie around `middle` (x, y, z as written).

    `offsets` gives (metres, source) by EPSG code for heights above the geoid; `prefer` is the system in metres for
    files in degrees that lie in its area. Raises Unreadable where the system is missing or unknown, or where the middle
    lies in its area in neither order of axes.
    """
    epsg = epsg_of(written)
    if epsg is None:
        why = f"It says {written!r}." if written else "It names none."
        mend = "Give the system: --crs EPSG:3879 (Helsinki's), for instance."
        raise Unreadable(f"{name} has no coordinate reference system that can be used.", why=why, mend=mend)
    try:
        crs = _flat(epsg)
    except CRSError as error:
        raise Unreadable(f"{name} has an unknown system.", why=f"EPSG:{epsg}: {error}", mend="See epsg.org.") from error
    if crs.is_geocentric:
        lon, lat, _ = _to_heights().transform(*middle)
        zone = _zone(lon, lat)
        return Frame(epsg, zone, metres(zone, lon, lat), heights="heights are above the ellipsoid")
    northing_first = bool(crs.axis_info) and str(crs.axis_info[0].direction).lower() == "north"
    swapped = not written.endswith(_CRS84) and _is_swapped(
        crs, epsg, middle, name, prefer, where_both=northing_first and not _SHORT(written)
    )
    x, y = middle[1::-1] if swapped else middle[:2]
    lon, lat = degrees(epsg, x, y)
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        mend = 'Write degrees, or name the system in the file: "crs": {"properties": {"name": "EPSG:3879"}}.'
        raise Unreadable(f"{name} is not in degrees.", why=f"It lies at {x:.0f}, {y:.0f}.", mend=mend)
    metric = _metric(crs, epsg, lon, lat, prefer)
    undulation, source = offsets.get(epsg) or offsets.get(metric) or (0.0, _AS_THEY_ARE)
    as_authority = written.endswith(_CRS84) or swapped == northing_first
    return Frame(epsg, metric, metres(metric, lon, lat), swapped, as_authority, undulation, source)


def _metric(crs: CRS, epsg: int, lon: float, lat: float, prefer: int | None) -> int:
    if not crs.is_geographic and crs.axis_info[0].unit_name in ("metre", "meter"):
        return epsg
    if prefer is not None and _lies_in(_flat(prefer), prefer, *metres(prefer, lon, lat)):
        return prefer
    return _zone(lon, lat)


def _zone(lon: float, lat: float) -> int:
    """The UTM zone's code."""
    return (32600 if lat >= 0 else 32700) + int((lon + 180) // 6) % 60 + 1


def _is_swapped(
    crs: CRS, epsg: int, middle: NDArray[Any], name: str, prefer: int | None, *, where_both: bool
) -> bool:  # fmt: skip
    orders = (middle[0], middle[1]), (middle[1], middle[0])
    fits = [_lies_in(crs, epsg, *order) for order in orders]
    if not any(fits):
        why = f"Its middle ({middle[0]:.6g}, {middle[1]:.6g}) is outside EPSG:{epsg}, whichever axis is first."
        raise Unreadable(f"{name} does not lie where its system says.", why=why, mend="Name the right one with --crs.")
    if all(fits) and prefer is not None:
        near = [_lies_in(_flat(prefer), prefer, *metres(prefer, *degrees(epsg, *order))) for order in orders]
        fits = near if any(near) else fits
    return where_both if all(fits) else fits[1]


def _lies_in(crs: CRS, epsg: int, x: float, y: float) -> bool:
    area = crs.area_of_use
    try:
        lon, lat = _to_degrees(epsg).transform(x, y, errcheck=True)
        back = _to_degrees(epsg).transform(lon, lat, direction="INVERSE")
    except ProjError:
        return False
    if not (np.isfinite(lon) and np.isfinite(lat)) or abs(back[0] - x) + abs(back[1] - y) > 1:
        return False
    if area is None:
        return True
    wide, high = _SLACK * (area.east - area.west) % 360, _SLACK * (area.north - area.south)
    return bool(area.west - wide <= lon <= area.east + wide and area.south - high <= lat <= area.north + high)
