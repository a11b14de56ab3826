"""Triangle meshes: OBJ and PLY tiles, glTF, and 3D Tiles 1.0 and 1.1 with all that they hold, as one object each.

Read by trimesh. OBJ and PLY keep the coordinates that they have (the system is named with --crs, or beside an OBJ);
glTF lies with its y axis up; tiles stand in earth-centred metres (EPSG:4978) once their transforms are applied. Of
tiles that their children replace, the children are read. What has photographs is read by `textured`.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import numpy as np
import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse
from numpy.typing import NDArray

from toimiva.engines.citymodels.instances import as_nodes
from toimiva.engines.citymodels.objects import CityObject, Polygon, Unreadable
from toimiva.engines.citymodels.tile_formats import FORMATS, held_in

__all__ = [
    "MeshFile",
    "document_of",
    "placed_files",
    "read_mesh",
    "read_mesh_at",
    "read_tileset",
    "readable",
    "scene_of",
    "tiles_of",
]

_Y_UP = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=float)
_AXES = ("level", "x", "y", "z")
_AREAS = (4, 5, 6)  # modes of glTF: triangles, strips and fans
_PART = re.compile(r"\{(level|x|y|z)\}")
_MOST_TILES = 200_000
_DEEPEST = 100
_UP = 4  # folders above an OBJ in which its metadata.xml is looked for


@dataclass(frozen=True, slots=True)
class MeshFile:
    """A mesh as it stands in a file: `suffix` is its format (obj, ply, glb, gltf), `moves` (n, 4, 4) lead from its own
    axes to where it stands, once or more, in the system `srs` ("" where it names none), `folder` is where what it
    names is looked for."""

    name: str
    content: bytes
    suffix: str
    moves: NDArray[np.float64]
    srs: str = ""
    folder: Path | None = None


def _mesh_files(
    content: bytes, name: str, move: NDArray[np.float64], srs: str = "", folder: Path | None = None
) -> Iterator[MeshFile]:
    """What a file of this name holds: glTF is taken out of tiles of 3D Tiles 1.0, each with its instances, and those
    without triangles are left out. Raises Unreadable."""
    suffix = Path(name).suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        yield MeshFile(name, content, suffix, _turned(move, suffix)[None], srs, folder)
        return
    for number, held in enumerate(held_in(content, name)):
        of_glb = _linked(held.address, name, folder) if held.address else held.content
        key = f"{name}/{number}" if number else name
        yield MeshFile(key, of_glb, "glb", _turned(move @ held.places, "glb"), srs, folder)


def _turned(move: NDArray[np.float64], suffix: str) -> NDArray[np.float64]:
    return move @ _Y_UP if suffix in ("glb", "gltf") else move


def _linked(address: str, name: str, folder: Path | None) -> bytes:
    """The model that an instanced tile names instead of having it."""
    beside = (folder or Path()) / Path(name).parent / address
    if folder is None or not beside.resolve().is_relative_to(folder) or not beside.is_file():
        raise Unreadable(f"{name} names a model that is not beside it.", why=f"The address {address!r}.")
    return beside.read_bytes()


def read_mesh(source: IO[bytes], name: str) -> Iterator[CityObject]:
    """The triangles of one file as one object of the kind Mesh. Raises Unreadable."""
    for file in _mesh_files(source.read(), name, np.eye(4)):
        yield _object(Path(name).stem, _triangles(file), "")


def read_mesh_at(path: Path, name: str) -> Iterator[CityObject]:
    """The same of a file that stands where it says, or where its metadata.xml does. Raises Unreadable."""
    for file in placed_files(path, name):
        yield _object(Path(file.name).stem, _triangles(file), file.srs)


def placed_files(path: Path, name: str) -> Iterator[MeshFile]:
    """A mesh with what stands beside it: the nearest metadata.xml of ContextCapture, beside an OBJ or in a folder
    above, names its system and origin. Raises Unreadable."""
    move, srs = np.eye(4), ""
    if path.suffix.lower() == ".obj":
        beside = [above / "metadata.xml" for above in path.resolve().parents[:_UP]]
        origin, srs = next((_of_metadata(file) for file in beside if file.is_file()), ((0.0, 0.0, 0.0), ""))
        move[:3, 3] = origin
    yield from _mesh_files(path.read_bytes(), name, move, srs, path.parent)


def _of_metadata(file: Path) -> tuple[tuple[float, float, float], str]:
    try:
        told = parse(file)
        x, y, z = (float(value) for value in (told.findtext("SRSOrigin") or "0,0,0").split(","))
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:  # or no such encoding
        mend = "It states SRS (EPSG:3879) and SRSOrigin (25497000,6673000,0)."
        raise Unreadable(f"{file.name} beside the mesh cannot be read.", why=str(error), mend=mend) from error
    return (x, y, z), (told.findtext("SRS") or "").strip()


def document_of(file: MeshFile) -> dict[str, Any]:
    """The JSON of a glTF, binary or not; empty where there is none."""
    content = file.content
    if content[:4] == b"glTF" and len(content) >= 20:
        (length,) = struct.unpack_from("<I", content, 12)
        content = content[20 : 20 + length]
    try:
        told = orjson.loads(content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def has_triangles(file: MeshFile) -> bool:
    """False for a glTF that has points and lines only, or that stands nowhere."""
    meshes = document_of(file).get("meshes")
    shapes = [shape for mesh in meshes for shape in mesh.get("primitives", ())] if meshes else []
    return bool(len(file.moves)) and (not shapes or any(shape.get("mode", 4) in _AREAS for shape in shapes))


def scene_of(file: MeshFile, resolver: Any = None) -> Any:
    """The file as a scene of trimesh. Raises Unreadable."""
    import trimesh  # takes a second, and most models are no meshes

    with readable(file.name):
        content = as_nodes(file.content, file.folder) if file.suffix in ("glb", "gltf") else file.content
        return trimesh.load_scene(io.BytesIO(content), file_type=file.suffix, process=False, resolver=resolver)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Whatever trimesh raises of a file, which is what its format makes it, as Unreadable."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise Unreadable(f"{name} cannot be read as a mesh.", why=why, mend="See the file in a viewer.") from error


def _triangles(file: MeshFile) -> NDArray[np.float64]:
    """Corners of all triangles, (t, 3, 3), moved."""
    scene = scene_of(file)
    if not scene.geometry:
        raise Unreadable(f"{file.name} is no usable mesh.", why="It has no triangles.")
    with readable(file.name):
        mesh = scene.to_mesh()
        corners = np.asarray(mesh.vertices, dtype=np.float64)[np.asarray(mesh.faces)]
    if corners.shape[1:] != (3, 3) or not np.isfinite(corners).all():
        why = "It has no triangles." if not len(corners) else "Its points are no places in space."
        raise Unreadable(f"{file.name} is no usable mesh.", why=why)
    return np.concatenate([corners @ move[:3, :3].T + move[:3, 3] for move in file.moves])


def _object(key: str, corners: NDArray[np.float64], srs: str) -> CityObject:
    polygons = [
        Polygon(f"{key}/{number}", "Mesh", key, "2", [ring])
        for number, ring in enumerate(corners.reshape(-1, 9).tolist())
    ]
    return CityObject(key, "Mesh", srs=srs, polygons=polygons)


def read_tileset(path: Path, name: str) -> Iterator[CityObject]:
    """The content of every tile, explicit and implicit, as an object of its own. Raises Unreadable."""
    found = False
    for file in tiles_of(path, name):
        found = True
        yield _object(file.name, _triangles(file), file.srs)
    if not found:
        raise Unreadable(f"{name} has no triangles.", why="No tile of it has any.")


def tiles_of(path: Path, name: str) -> Iterator[MeshFile]:
    """The content of every tile that no other replaces. Raises Unreadable."""
    with readable(name):
        yield from _Tileset(path, name).contents()


class _Tileset:
    """A walk over tiles; addresses that lead out of the tileset's folder are refused."""

    def __init__(self, path: Path, name: str) -> None:
        self.folder, self.name, self.seen = path.parent.resolve(), name, 0
        try:
            self.document = orjson.loads(path.read_bytes())
            self.root = self.document["root"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{name} is no tileset.", why=f"{type(error).__name__}: {error}") from error

    def contents(self) -> Iterator[MeshFile]:
        yield from self._tile(self.root, np.eye(4), "ADD", 0)

    def _tile(self, tile: Mapping[str, Any], above: NDArray[Any], refine: str, depth: int) -> Iterator[MeshFile]:
        if depth > _DEEPEST:
            raise Unreadable(f"{self.name} is nested deeper than {_DEEPEST} tiles.", mend="See `children`.")
        move, refine = above, str(tile.get("refine", refine)).upper()
        if "transform" in tile:
            move = above @ np.array(tile["transform"], dtype=float).reshape(4, 4).T
        finer = False
        for child in tile.get("children") or []:
            for file in self._tile(child, move, refine, depth + 1):
                finer = True
                yield file
        if not (finer and refine == "REPLACE"):
            yield from self._own(tile, move, refine, depth)

    def _own(self, tile: Mapping[str, Any], move: NDArray[Any], refine: str, depth: int) -> Iterator[MeshFile]:
        for content in tile.get("contents") or ([tile["content"]] if "content" in tile else []):
            address = str(content.get("uri") or content.get("url") or "")
            implicit = "implicitTiling" in tile
            for file in self._implicit(address, refine) if implicit else [self._file(address)]:
                yield from self._content(file, move, depth)

    def _implicit(self, template: str, refine: str) -> Iterator[Path]:
        """What a template address stands for is what there is: availability says no more than the files do."""
        address, cells = _address(template), dict[tuple[int, ...], Path]()
        for found in sorted(self.folder.glob(_PART.sub("*", template))):
            name = found.relative_to(self.folder).as_posix()
            if told := address.fullmatch(name):
                cells[tuple(int(told[axis]) for axis in _AXES if axis in told.groupdict())] = self._file(name)
        replaced = {(cell[0] - 1, *(at // 2 for at in cell[1:])) for cell in cells} if refine == "REPLACE" else set()
        yield from (file for cell, file in cells.items() if cell not in replaced)

    def _file(self, address: str) -> Path:
        file = (self.folder / address).resolve()
        if not address or not file.is_relative_to(self.folder):
            raise Unreadable(f"{self.name} leads out of its folder.", why=f"The address {address!r}.")
        return file

    def _content(self, file: Path, move: NDArray[Any], depth: int) -> Iterator[MeshFile]:
        self.seen += 1
        if self.seen > _MOST_TILES:
            raise Unreadable(f"{self.name} has more than {_MOST_TILES} tiles.")
        if not file.is_file():
            raise Unreadable(f"{self.name} names content that is not there.", why=str(file.relative_to(self.folder)))
        name = str(file.relative_to(self.folder))
        if file.suffix == ".json":
            inner = _Tileset(file, name)
            yield from inner._tile(inner.root, move, "ADD", depth + 1)
            return
        for held in _mesh_files(file.read_bytes(), name, move, "EPSG:4978", self.folder):
            if has_triangles(held):
                yield held


def _address(template: str) -> re.Pattern[str]:
    """What the addresses of implicit tiles look like, with a group for the level and each axis."""
    pattern, seen = "", set[str]()
    for at, word in enumerate(_PART.split(template)):
        named = f"(?P={word})" if word in seen else f"(?P<{word}>\\d+)"
        pattern += named if at % 2 else re.escape(word)
        seen |= {word} if at % 2 else set()
    return re.compile(pattern)
