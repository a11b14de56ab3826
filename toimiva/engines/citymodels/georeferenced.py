"""Aerial photographs of CityGML: GeoreferencedTexture, a photograph that says itself where on the map it lies.

By its world file or the place within it, or by a point and an orientation beside its name (OGC 12-019, 9.4; 21-006r2,
8).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.citymodels.gml import local, numbers_of

__all__ = ["Beside", "matrix_of"]

Beside = Callable[[str], bytes | None]
Element = Any
Matrix = NDArray[np.float64]
_POINT = np.array([[0.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]])


def matrix_of(texture: Element, picture: str, beside: Beside) -> Matrix | None:
    """What leads from a place (x, y, z, 1) to that in the photograph (s, t, 1), from its lower left corner, 0 to 1
    within it; None for a photograph that says nowhere where it lies. One that is not there or cannot be read is taken
    to be a point, so that it is missed where it should be drawn."""
    content = beside(picture)
    opened = _size_and_own(content) if content else None
    if opened is None:
        return _POINT
    (wide, high), own = opened
    told = _told(texture)
    world = own if own is not None else _world_file(picture, beside)
    placed = told if world is None or (told is not None and not _prefers_world(texture)) else world
    if placed is None or not np.isfinite(placed).all() or abs(np.linalg.det(placed)) < 1e-12:
        return None
    column, row = np.linalg.inv(placed)[:2]
    s, t = column / wide, -row / high
    return np.array([[s[0], s[1], 0, s[2]], [t[0], t[1], 0, t[2] + 1], [0, 0, 0, 1]])


def _size_and_own(content: bytes) -> tuple[tuple[int, int], Matrix | None] | None:
    """How wide and high a photograph is, in pixels, and what leads from its pixels to the map where it says so."""
    import rasterio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        try:
            with rasterio.io.MemoryFile(content) as file, file.open() as raster:
                move = None if raster.transform.is_identity else np.reshape(raster.transform, (3, 3))
                return (raster.width, raster.height), move
        except rasterio.errors.RasterioError:
            return None


def _world_file(picture: str, beside: Beside) -> Matrix | None:
    """A world file has six numbers, of which the last two are the middle of the upper left pixel."""
    path = PurePosixPath(picture.replace("\\", "/"))
    kind = path.suffix[1:]
    for suffix in (f".{kind[:1]}{kind[-1:]}w", f".{kind}w", ".wld", ".tfw"):
        content = beside(str(path.with_suffix(suffix)))
        if content:
            return _by_middle(content.decode(errors="replace").split())
    return None


def _told(texture: Element) -> Matrix | None:
    """By `orientation` (row by row) and `referencePoint`, the middle of the upper left pixel."""
    parts = {local(one): one for one in texture}
    if "orientation" not in parts or not len(parts.get("referencePoint", ())):
        return None
    turned = (parts["orientation"].text or "").split()
    try:
        at, _ = numbers_of(parts["referencePoint"][0], 2)
    except ValueError:
        return None
    return _by_middle([turned[0], turned[2], turned[1], turned[3], *at[:2]]) if len(turned) == 4 else None


def _prefers_world(texture: Element) -> bool:
    words = (one.text or "" for one in texture if local(one) == "preferWorldFile")
    return next(words, "true").strip() not in ("false", "0")


def _by_middle(numbers: list[Any]) -> Matrix | None:
    """The six numbers of a world file, as what leads from pixels (column, row, counted from a corner) to the map."""
    try:
        a, d, b, e, x, y = map(float, numbers)
    except ValueError:
        return None
    return np.array([[a, b, x - (a + b) / 2], [d, e, y - (d + e) / 2], [0, 0, 1]])
