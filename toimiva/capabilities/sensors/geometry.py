"""Spatial functions in SQL: PostGIS where the database has it, else shapely as functions of SQLite.

Geometries are GeoJSON in the tables and WKT in queries, both in longitude and latitude. Distances and lengths are in
degrees, as the standard's functions give them of such geometries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import orjson
import shapely
from django.db import connection as db
from django.db.backends.signals import connection_created
from django.db.models import BooleanField, F, FloatField, Func, Q, TextField
from django.db.models.functions import Cast
from shapely import wkt
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from toimiva.core.errors import Unavailable
from toimiva.engines.odata.api import QueryError

__all__ = ["box_around", "is_geojson", "spatial"]

_TESTS = ("equals", "disjoint", "touches", "within", "overlaps", "crosses", "intersects", "contains")


class _Spatial(Func):
    """A function over geometries; `does` is its name without `st_`."""

    def __init__(self, does: str, *arguments: Any, output_field: Any) -> None:
        super().__init__(*arguments, output_field=output_field)
        self.does = does

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, function=f"toimiva_{self.does}")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        if not _has_postgis(str(connection.settings_dict["NAME"])):
            raise Unavailable(
                what="This installation's database has no spatial functions.",
                mend="Ask without them, or have PostGIS installed: CREATE EXTENSION postgis.",
            )
        return super().as_sql(compiler, connection, function=f"ST_{self.does}")


@lru_cache(maxsize=8)
def _has_postgis(_database: str) -> bool:
    with db.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis')")
        return bool(cursor.fetchone()[0])


class _Geometry(Func):
    """A column's GeoJSON, or WKT, as a geometry of PostGIS; SQLite's functions read either. None of what is a text."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template="%(expressions)s")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        is_column = isinstance(self.source_expressions[0], Cast)
        of_column = "CASE left(%(expressions)s, 1) WHEN '{' THEN ST_GeomFromGeoJSON(%(expressions)s) END"
        read = of_column if is_column else "ST_GeomFromText(%(expressions)s)"
        return super().as_sql(compiler, connection, template=f"ST_SetSRID({read}, 4326)")


class _OfFeature(Func):
    """The geometry of a feature, which PostGIS does not look into; any other column as it is."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template="%(expressions)s")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        template = "coalesce(%(expressions)s -> 'geometry', %(expressions)s)"
        return super().as_sql(compiler, connection, template=template)


def spatial(name: str, part: Any) -> Callable[..., Any]:
    """The function of a query, by its name there."""
    does = name.removeprefix("st_").removeprefix("geo.")

    def call(*given: Any) -> Any:
        geometries = [_geometry(one) for one in given[:2]]
        if does == "relate":
            if given[2].kind != "text":
                raise QueryError("st_relate takes a pattern such as 'T********' as its third argument.")
            return part("boolean", Q(_Spatial(does, *geometries, given[2].sql, output_field=BooleanField())))
        if does in ("distance", "length"):
            return part("number", _Spatial(does, *geometries, output_field=FloatField()))
        return part("boolean", Q(_Spatial(does, *geometries, output_field=BooleanField())))

    return call


def _geometry(one: Any) -> Any:
    if one.kind != "geometry":
        raise QueryError(f"A geometry is needed where a {one.kind} stands.")
    if isinstance(one.sql, F):
        return _Geometry(Cast(_OfFeature(one.sql), TextField()))
    try:
        wkt.loads(one.sql.value)
    except ShapelyError as error:
        raise QueryError(f"{one.sql.value[:40]!r} is no geometry in WKT.") from error
    return _Geometry(one.sql)


@lru_cache(maxsize=4096)
def _read(text: str) -> BaseGeometry | None:
    try:
        if not text.startswith("{"):
            return wkt.loads(text)
        told = orjson.loads(text)
        return shape(told["geometry"] if told.get("type") == "Feature" else told)
    except (ShapelyError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None


def is_geojson(told: Any) -> bool:
    """Whether it is a geometry, or a feature with one: one that is not would fail every question of PostGIS."""
    return _read(json.dumps(told)) is not None


def box_around(shapes: Iterable[Any]) -> dict[str, Any] | None:
    """The box around shapes in GeoJSON, itself a point where they all are at one; None where none can be read."""
    found = [read for one in shapes if one is not None and (read := _read(json.dumps(one))) is not None]
    return mapping(shapely.envelope(shapely.union_all(found))) if found else None


def _of(how: Callable[..., Any], count: int) -> Callable[..., Any]:
    """A function of SQLite: nothing where a geometry cannot be read."""

    def does(*given: Any) -> Any:
        geometries = [_read(str(text)) for text in given[:count]]
        return None if None in geometries else how(*geometries, *given[count:])

    return does


def _add_functions(connection: Any, **_: Any) -> None:
    if connection.vendor != "sqlite":
        return
    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        f"toimiva_{name}": (2, _of(lambda a, b, test=name: int(getattr(a, test)(b)), 2)) for name in _TESTS
    }
    functions["toimiva_distance"] = (2, _of(shapely.distance, 2))
    functions["toimiva_length"] = (1, _of(lambda a: a.length if "Line" in a.geom_type else 0.0, 1))
    functions["toimiva_relate"] = (3, _of(lambda a, b, pattern: int(a.relate_pattern(b, pattern)), 2))
    for name, (count, does) in functions.items():
        connection.connection.create_function(name, count, does, deterministic=True)


connection_created.connect(_add_functions, dispatch_uid="sensors.geometry")
