"""Places in the coordinate reference system that one asks for (OGC 18-058r1, OGC API Features, part 2).

Axes come in the order that a system's authority gives them: EPSG:3879 is northing, easting; CRS84 longitude, latitude.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from pyproj import Transformer

from toimiva.core.errors import Invalid

__all__ = ["CRS84", "SYSTEMS", "checked", "moved", "within"]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CODES = (4326, 3857, 4258, 3067, 3879)  # the world's, the web's, Europe's, Finland's and Helsinki's
SYSTEMS: Mapping[str, str] = {CRS84: "OGC:CRS84"} | {
    f"http://www.opengis.net/def/crs/EPSG/0/{code}": f"EPSG:{code}" for code in _CODES
}


def checked(name: str, uri: str) -> str:
    """The system's address. Raises Invalid for one that is not offered; `name` is the parameter's."""
    if uri not in SYSTEMS:
        raise Invalid(what=f"{name}={uri[:80]!r} is not offered.", mend=f"Use one of {', '.join(SYSTEMS)}.")
    return uri


def moved(feature: dict[str, Any], uri: str) -> dict[str, Any]:
    """A GeoJSON feature with its point in a system; without one where the system reaches no place there."""
    point = feature["geometry"]
    if uri == CRS84 or point is None:
        return feature
    there = [*_from_crs84(uri).transform(*point["coordinates"])]
    return feature | {"geometry": point | {"coordinates": there} if all(map(math.isfinite, there)) else None}


def within(numbers: Sequence[float], uri: str, longitudes: Any, latitudes: Any) -> Any:
    """Which points are within a box whose corners, the lower first, are written in a system."""
    first, second = _from_crs84(uri).transform(np.asarray(longitudes, float), np.asarray(latitudes, float))
    low_first, low_second, high_first, high_second = numbers
    inside = (first >= low_first) & (first <= high_first)
    if uri == CRS84 and low_first > high_first:  # across 180 degrees (OGC 17-069r4, 7.15.3)
        inside = (first >= low_first) | (first <= high_first)
    return inside & (second >= low_second) & (second <= high_second)


@lru_cache(maxsize=len(SYSTEMS))
def _from_crs84(uri: str) -> Transformer:
    return Transformer.from_crs("OGC:CRS84", SYSTEMS[uri])
