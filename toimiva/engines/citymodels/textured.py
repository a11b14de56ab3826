"""Meshes with photographs, what cities call reality meshes: OBJ with its materials, glTF, and both 3D Tiles.

Read by trimesh, a mesh for each photograph. Photographs are kept as JPEG, no side longer than graphics cards of phones
hold. What a mesh names is looked for in its own folder and below.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.citymodels.files import Source
from toimiva.engines.citymodels.meshes import MeshFile, document_of, placed_files, readable, scene_of, tiles_of
from toimiva.engines.citymodels.objects import Unreadable

__all__ = ["Textured", "as_jpeg", "has_photographs", "read_textured"]

_LONGEST = 4096  # pixels of a side
_QUALITY = 85  # of JPEG
_LOOKED_AT = 8  # tiles, in which photographs are looked for


@dataclass(frozen=True, slots=True)
class Textured:
    """Triangles under one photograph: `points` (n, 3) as the file has them, in the system `srs`; `uv` (n, 2) from the
    lower left corner of the picture, 0 to 1 within it; `corners` (t, 3) indices of points; `photograph` a JPEG of
    `pixels`. `name` is the file or tile, and `part` counts what it holds."""

    name: str
    part: int
    srs: str
    points: NDArray[np.float64]
    uv: NDArray[np.float32]
    corners: NDArray[np.int32]
    photograph: bytes
    pixels: int


def has_photographs(source: Source) -> bool:
    """Whether a mesh names photographs, by its beginning and without reading its triangles. Raises Unreadable."""
    if source.path is None or source.kind not in ("mesh", "tileset"):
        return False
    if source.path.suffix.lower() == ".obj":
        return _materials_have_pictures(source.path)
    return any(document_of(file).get("images") for file in islice(_files(source), _LOOKED_AT))


def read_textured(source: Source) -> Iterator[Textured]:
    """What a mesh, or every tile of a tileset, holds. Raises Unreadable."""
    with readable(source.name):
        for file in _files(source):
            yield from _parts(file)


def _files(source: Source) -> Iterator[MeshFile]:
    path = source.path
    if path is None:
        raise Unreadable(f"{source.name} is a mesh in an archive.", mend="Unpack it first, with its photographs.")
    if source.kind == "tileset":
        yield from tiles_of(path, source.name)
        return
    yield from placed_files(path, source.name)


def _materials_have_pictures(path: Path) -> bool:
    with path.open("rb") as stream:
        named = [line.split(None, 1)[1].strip() for line in stream if line.startswith(b"mtllib ")]
    libraries = [path.parent / name.decode(errors="replace") for name in named]
    return any(b"map_Kd" in one.read_bytes() for one in libraries if one.is_file())


def _parts(file: MeshFile) -> Iterator[Textured]:
    from PIL import Image
    from trimesh.resolvers import FilePathResolver

    scene = scene_of(file, FilePathResolver(str(file.folder)))
    photographed = 0
    for part, node in enumerate(scene.graph.nodes_geometry):
        turned, key = scene.graph[node]
        mesh = scene.geometry[key]
        if not len(getattr(mesh, "faces", ())):
            continue
        picture, uv = _picture(mesh)
        photographed += picture is not None
        coloured = getattr(mesh.visual, "material", mesh.visual)
        shown = picture or Image.new("RGB", (4, 4), tuple(int(value) for value in coloured.main_color[:3]))
        yield _part(file, part, mesh, file.moves @ np.asarray(turned), uv, shown)
    if not photographed and (document_of(file).get("images") or file.suffix == "obj"):
        why = "Those that it names are not there, or are neither JPEG nor PNG."
        raise Unreadable(f"{file.name} has no photograph that can be read.", why=why, mend="Put them beside it.")


def _picture(mesh: Any) -> tuple[Any, NDArray[Any] | None]:
    """The photograph of a mesh and where its points lie in it."""
    material = getattr(mesh.visual, "material", None)
    picture = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    uv = getattr(mesh.visual, "uv", None)
    return (picture, uv) if picture is not None and uv is not None and len(uv) == len(mesh.vertices) else (None, None)


def _part(file: MeshFile, part: int, mesh: Any, moves: NDArray[Any], uv: NDArray[Any] | None, picture: Any) -> Textured:
    used, corners = np.unique(np.asarray(mesh.faces), return_inverse=True)
    own = np.asarray(mesh.vertices, dtype=np.float64)[used]
    points = np.concatenate([own @ move[:3, :3].T + move[:3, 3] for move in moves])
    within = np.zeros((len(used), 2), np.float32) if uv is None else np.asarray(uv, dtype=np.float32)[used]
    within = np.tile(within, (len(moves), 1))
    corners = (corners.reshape(-1) + len(used) * np.arange(len(moves))[:, None]).reshape(-1, 3)
    if not np.isfinite(points).all() or not np.isfinite(within).all():
        raise Unreadable(f"{file.name} is no usable mesh.", why="Coordinates are not finite.")
    jpeg, pixels = as_jpeg(file.name, picture)
    return Textured(file.name, part, file.srs, points, within, corners.astype(np.int32), jpeg, pixels)


def as_jpeg(name: str, picture: Any) -> tuple[bytes, int]:
    """A Pillow picture as JPEG, and how many pixels it has then. Raises Unreadable with the name of its file."""
    try:
        shown = picture.convert("RGB")
        shown.thumbnail((_LONGEST, _LONGEST))
        written = io.BytesIO()
        shown.save(written, "JPEG", quality=_QUALITY)
    except (OSError, ValueError, SyntaxError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Unreadable(f"A photograph of {name} cannot be read.", why=why, mend="Fetch it again.") from error
    return written.getvalue(), shown.width * shown.height
