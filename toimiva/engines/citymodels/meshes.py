"""Triangle meshes: OBJ and PLY tiles, glTF, and 3D Tiles 1.0 and 1.1 with all that they hold, as one object each.

Read by trimesh. OBJ and PLY keep the coordinates that they have (the system is named with --crs); glTF lies with its y
axis up; tiles stand in earth-centred metres (EPSG:4978) once their transforms are applied.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.citymodels.objects import CityObject, Polygon, Unreadable

__all__ = ["read_mesh", "read_tileset"]

_Y_UP = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=float)
_MOST_TILES = 200_000
_DEEPEST = 100


def read_mesh(source: IO[bytes], name: str) -> Iterator[CityObject]:
    """The triangles of one file as one object of the kind Mesh. Raises Unreadable."""
    suffix = Path(name).suffix.lower().lstrip(".")
    content, move = source.read(), np.eye(4)
    if suffix == "b3dm":
        content, suffix = _inside_b3dm(content, name), "glb"
    if suffix in ("glb", "gltf"):
        move = _Y_UP
    yield _object(Path(name).stem, _triangles(content, suffix, name, move), "")


def _triangles(content: bytes, suffix: str, name: str, move: NDArray[Any]) -> NDArray[np.float64]:
    """Corners of all triangles, (t, 3, 3), moved."""
    import trimesh  # takes a second, and most models are no meshes

    try:
        scene = trimesh.load_scene(io.BytesIO(content), file_type=suffix, process=False)
        mesh = scene.to_mesh()
        corners = np.asarray(mesh.vertices, dtype=np.float64)[np.asarray(mesh.faces)]
    except Exception as error:  # trimesh's readers raise whatever their formats make them
        why = f"{type(error).__name__}: {error}"
        raise Unreadable(f"{name} cannot be read as a mesh.", why=why, mend="See the file in a viewer.") from error
    if not len(corners) or not np.isfinite(corners).all():
        why = "It has no triangles." if not len(corners) else "Coordinates are not finite."
        raise Unreadable(f"{name} is no usable mesh.", why=why)
    return corners @ move[:3, :3].T + move[:3, 3]


def _object(key: str, corners: NDArray[np.float64], srs: str) -> CityObject:
    polygons = [
        Polygon(f"{key}/{number}", "Mesh", key, "2", [ring])
        for number, ring in enumerate(corners.reshape(-1, 9).tolist())
    ]
    return CityObject(key, "Mesh", srs=srs, polygons=polygons)


def _inside_b3dm(content: bytes, name: str) -> bytes:
    """The glTF of a batched 3D model (OGC 18-053r2): a header of 28 bytes, two tables, then the glTF."""
    if len(content) < 28 or content[:4] != b"b3dm":
        raise Unreadable(f"{name} is no batched 3D model.", why="It does not begin with b3dm.")
    sizes = struct.unpack_from("<4I", content, 12)
    return content[28 + sum(sizes) :]


def read_tileset(path: Path, name: str) -> Iterator[CityObject]:
    """The content of every tile, explicit and implicit, as an object of its own. Raises Unreadable."""
    yield from _Tileset(path, name).objects()


class _Tileset:
    """A walk over tiles; addresses that lead out of the tileset's folder are refused."""

    def __init__(self, path: Path, name: str) -> None:
        self.folder, self.name, self.seen = path.parent.resolve(), name, 0
        try:
            self.document = json.loads(path.read_text(encoding="utf-8"))
            self.root = self.document["root"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{name} is no tileset.", why=f"{type(error).__name__}: {error}") from error

    def objects(self) -> Iterator[CityObject]:
        yield from self._tile(self.root, np.eye(4), 0)

    def _tile(self, tile: Mapping[str, Any], above: NDArray[Any], depth: int) -> Iterator[CityObject]:
        if depth > _DEEPEST:
            raise Unreadable(f"{self.name} is nested deeper than {_DEEPEST} tiles.", mend="See `children`.")
        move = above
        if "transform" in tile:
            move = above @ np.array(tile["transform"], dtype=float).reshape(4, 4).T
        contents = tile.get("contents") or ([tile["content"]] if "content" in tile else [])
        for content in contents:
            address = str(content.get("uri") or content.get("url") or "")
            if "implicitTiling" in tile:
                for file in self._implicit(address):
                    yield from self._content(file, move, depth)
            else:
                yield from self._content(self._file(address), move, depth)
        for child in tile.get("children") or []:
            yield from self._tile(child, move, depth + 1)

    def _implicit(self, template: str) -> Iterator[Path]:
        """What a template address stands for is what there is: availability says no more than the files do."""
        pattern = template
        for word in ("{level}", "{x}", "{y}", "{z}"):
            pattern = pattern.replace(word, "*")
        yield from (self._file(str(file.relative_to(self.folder))) for file in sorted(self.folder.glob(pattern)))

    def _file(self, address: str) -> Path:
        file = (self.folder / address).resolve()
        if not address or not file.is_relative_to(self.folder):
            raise Unreadable(f"{self.name} leads out of its folder.", why=f"The address {address!r}.")
        return file

    def _content(self, file: Path, move: NDArray[Any], depth: int) -> Iterator[CityObject]:
        self.seen += 1
        if self.seen > _MOST_TILES:
            raise Unreadable(f"{self.name} has more than {_MOST_TILES} tiles.")
        if not file.is_file():
            raise Unreadable(f"{self.name} names content that is not there.", why=str(file.relative_to(self.folder)))
        name = str(file.relative_to(self.folder))
        if file.suffix == ".json":
            inner = _Tileset(file, name)
            yield from inner._tile(inner.root, move, depth + 1)
            return
        content, suffix = file.read_bytes(), file.suffix.lower().lstrip(".")
        if suffix == "b3dm":
            content, suffix = _inside_b3dm(content, name), "glb"
        yield _object(name, _triangles(content, suffix, name, move @ _Y_UP), "EPSG:4978")
