"""Tiles with photographs as binary glTF 2.0, and what a tile looks like from further away.

A tile from far away is what its parts are: their photographs together in one picture, a square each, and their
triangles together, fewer of them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import DracoPy
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toimiva.engines.tiles3d.glb import Binary, accessor, container, y_up
from toimiva.engines.tiles3d.simplifying import fewer

__all__ = ["Draped", "coarser", "textured_glb"]

_SPEED = 7
_BITS = 16  # of position
_UV_BITS = 14  # of 4096 pixels a quarter
_SIDE = 1024  # pixels of the picture of a tile from far away
_TRIANGLES = 8_000
_QUALITY = 80  # of JPEG
_REPEATED = 8  # times that a photograph is shown side by side with itself, at most, from far away
_NEARLY = 1e-3  # of a photograph: so far beyond its edge is at its edge
_SEEN = 16  # pixels by which a viewer lets an error be: then a pixel of a picture is one of the screen


@dataclass(frozen=True, slots=True)
class Draped:
    """Triangles under one photograph: `points` (n, 3) in metres, `uv` (n, 2) from the lower left corner, `corners`
    (t, 3) indices of points, `photograph` a JPEG."""

    points: NDArray[np.float64]
    uv: NDArray[np.float32]
    corners: NDArray[np.int32]
    photograph: bytes


def textured_glb(parts: Sequence[Draped], placed: NDArray[np.float64]) -> bytes:
    """The bytes of a tile of parts whose points are east, north, up around `placed` (4, 4), which leads to
    earth-centred metres. The light is the photographs' own."""
    binary, packed = Binary(), [_draco(part) for part in parts]
    meshes = [binary.add(one) for one in packed]
    pictures = [binary.add(part.photograph) for part in parts]
    numbers = range(len(parts))
    document = {
        "asset": {"version": "2.0", "generator": "Toimiva"},
        "extensionsUsed": ["KHR_draco_mesh_compression", "KHR_materials_unlit"],
        "extensionsRequired": ["KHR_draco_mesh_compression"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "matrix": y_up(placed)}],
        "meshes": [{"primitives": [_primitive(number, meshes[number]) for number in numbers]}],
        "materials": [_material(number) for number in numbers],
        "textures": [{"source": number, "sampler": 0} for number in numbers],
        "images": [{"bufferView": view, "mimeType": "image/jpeg"} for view in pictures],
        "samplers": [{"magFilter": 9729, "minFilter": 9987}],
        "accessors": [one for content in packed for one in _accessors(content)],
        "bufferViews": binary.views,
        "buffers": [{"byteLength": len(binary.data)}],
    }
    return container(document, bytes(binary.data))


def _material(number: int) -> dict[str, object]:
    rough = {"baseColorTexture": {"index": number}, "metallicFactor": 0.0, "roughnessFactor": 1.0}
    return {"pbrMetallicRoughness": rough, "extensions": {"KHR_materials_unlit": {}}, "doubleSided": True}


def _primitive(number: int, view: int) -> dict[str, object]:
    position, uv = _draco_ids()
    packed = {"bufferView": view, "attributes": {"POSITION": position, "TEXCOORD_0": uv}}
    return {
        "attributes": {"POSITION": 3 * number + 1, "TEXCOORD_0": 3 * number + 2},
        "indices": 3 * number,
        "material": number,
        "extensions": {"KHR_draco_mesh_compression": packed},
    }


def _accessors(packed: bytes) -> list[dict[str, object]]:
    """Indices, positions, places in the picture: what the decoder gives."""
    mesh = DracoPy.decode(packed)
    points = np.asarray(mesh.points, dtype=np.float32)
    count = len(points)
    return [
        accessor(5125, "SCALAR", np.asarray(mesh.faces).size),
        accessor(5126, "VEC3", count) | {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()},
        accessor(5126, "VEC2", count),
    ]


def _draco(part: Draped) -> bytes:
    down = np.column_stack([part.uv[:, 0], 1 - part.uv[:, 1]])  # glTF counts from the upper left corner
    return bytes(
        DracoPy.encode(
            part.points.astype(np.float32), part.corners.astype(np.uint32), quantization_bits=_BITS,
            compression_level=_SPEED, tex_coord=down.astype(np.float64),
            tex_coord_quantization_bits=_UV_BITS,
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _draco_ids() -> tuple[int, int]:
    """The unique ids of positions (kind 0) and of places in the picture (kind 3), as the encoder gives them."""
    tiny = Draped(np.eye(3), np.eye(3, 2, dtype=np.float32), np.array([[0, 1, 2]], np.int32), b"")
    ids = {int(one["attribute_type"]): int(one["unique_id"]) for one in DracoPy.decode(_draco(tiny)).attributes}
    return ids[0], ids[3]


def coarser(parts: Sequence[Draped]) -> tuple[Draped, float]:
    """Parts that lie beside each other as one under one small picture, and its error in metres: what a viewer may show
    instead from so far that a pixel of the picture is smaller than one of the screen."""
    across = math.ceil(math.sqrt(len(parts)))
    side = _SIDE // across
    picture = Image.new("RGB", (across * side, across * side))
    places = []
    for number, part in enumerate(parts):
        row, column = divmod(number, across)
        square, whole = _square(part, side)
        picture.paste(square, (column * side, row * side))
        inside = (0.5 + whole * (side - 1)) / side  # half a pixel away from its neighbours
        places.append(((inside + np.array([column, across - 1 - row])) / across).astype(np.float32))
    starts = np.cumsum([0, *(len(part.points) for part in parts)])
    points, uv = np.concatenate([part.points for part in parts]), np.concatenate(places)
    corners = np.concatenate([part.corners + start for part, start in zip(parts, starts[:-1], strict=True)])
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY)
    one = Draped(*fewer(points, uv, corners, _TRIANGLES), written.getvalue())
    return one, _SEEN * _metres_of_pixel(one, picture.width)


def _square(part: Draped, side: int) -> tuple[Image.Image, NDArray[np.float64]]:
    """The photograph as a square, beside itself as often as the part shows it, and the places of the part in it."""
    first = np.floor(part.uv.min(axis=0) + _NEARLY)
    shown = np.maximum(np.ceil(part.uv.max(axis=0) - _NEARLY) - first, 1)
    times = np.minimum(shown, _REPEATED).astype(int)  # of more, a few stand for all: none is a pixel wide from there
    square, (wide, high) = Image.new("RGB", (side, side)), np.ceil(side / times).astype(int).tolist()
    with Image.open(io.BytesIO(part.photograph)) as photograph:
        small = photograph.convert("RGB").resize((wide, high), Image.Resampling.BOX)
    for column in range(times[0]):
        for row in range(times[1]):
            square.paste(small, (column * wide, side - (row + 1) * high))
    return square, np.clip((part.uv - first) / shown * times * [wide, high] / side, 0, 1)


def _metres_of_pixel(part: Draped, side: int) -> float:
    """How wide a pixel of the picture is on the surface, in the mean."""
    surface = _areas(part.points, part.corners).sum()
    shown = _areas(np.column_stack([part.uv, np.zeros(len(part.uv))]), part.corners).sum() * side**2
    return math.sqrt(surface / shown) if shown else 0.0


def _areas(points: NDArray[np.float64], corners: NDArray[np.int32]) -> NDArray[np.float64]:
    a, b, c = (points[corners[:, at]] for at in range(3))
    return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)
