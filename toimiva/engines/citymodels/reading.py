"""A source's objects in families (an object with its parts), from whatever format it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from toimiva.engines.citymodels.citygml import read_citygml
from toimiva.engines.citymodels.cityjson import read_cityjson, read_cityjson_sequence
from toimiva.engines.citymodels.files import Source
from toimiva.engines.citymodels.geojson import read_geojson, surroundings_of_geojson
from toimiva.engines.citymodels.meshes import read_mesh, read_mesh_at, read_tileset
from toimiva.engines.citymodels.objects import CityObject, Unreadable, only_on_earth
from toimiva.engines.citymodels.openstreetmap import read_openstreetmap, surroundings_of_openstreetmap
from toimiva.engines.citymodels.surroundings import Surroundings

__all__ = ["families", "read", "surroundings"]

_READERS: dict[str, Callable[[IO[bytes], str], Iterator[CityObject]]] = {
    "citygml": read_citygml, "cityjson": read_cityjson, "cityjsonseq": read_cityjson_sequence, "geojson": read_geojson,
    "mesh": read_mesh, "json": read_cityjson,
}  # fmt: skip


def read(source: Source) -> Iterator[CityObject]:
    """The objects of a source, parts after their parents. Raises Unreadable."""
    yield from map(only_on_earth, _read(source))


def _read(source: Source) -> Iterator[CityObject]:
    if source.kind == "tileset" and source.path is not None:
        yield from read_tileset(source.path, source.name)
        return
    if source.kind == "mesh" and source.path is not None:
        yield from read_mesh_at(source.path, source.name)
        return
    if source.kind == "openstreetmap" and source.path is not None:
        yield from read_openstreetmap(source.path, source.name)
        return
    reader = _READERS.get(source.kind)
    if reader is None:
        mend = "Terrain and points are brought in by `toimiva twin import`."
        raise Unreadable(f"{source.name} is not a model of objects but {source.kind}.", mend=mend)
    with source.opened() as stream:
        yield from reader(stream, source.name)


def surroundings(source: Source) -> Surroundings:
    """Places and roads of a source; none for formats that have none. Raises Unreadable."""
    if source.kind == "openstreetmap" and source.path is not None:
        return surroundings_of_openstreetmap(source.path, source.name)
    if source.kind != "geojson":
        return Surroundings("")
    with source.opened() as stream:
        return surroundings_of_geojson(stream, source.name)


def families(objects: Iterator[CityObject]) -> Iterator[list[CityObject]]:
    """Objects that stand together: one without a parent, then its parts and theirs."""
    family: list[CityObject] = []
    ids: set[str] = set()
    for found in objects:
        if family and found.parent not in ids:
            yield family
            family, ids = [], set()
        family.append(found)
        ids.add(found.id)
    if family:
        yield family
