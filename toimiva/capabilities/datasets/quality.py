"""How good a description is, measured by the European data portal's method (MQA): five dimensions, 405 points.

Addresses are taken as they are written: nothing is asked of other servers, so that "can be reached" is known of the
city's own only.
"""

from __future__ import annotations

from dataclasses import dataclass

from toimiva.capabilities.datasets.catalogue import Dataset, Distribution

__all__ = ["MOST", "Dimension", "quality"]

MOST = 405
_OPEN = {"CSV", "JSON", "GEOJSON", "PARQUET", "XML", "RDF", "RDF_TURTLE", "JSON_LD", "GML", "GPKG", "TSV", "ODS", "KML"}
_MACHINE = _OPEN | {"XLSX", "XLS", "SHP", "WFS_SRVC", "WMS_SRVC"}
_LIST = "http://publications.europa.eu/resource/authority/"


@dataclass(frozen=True, slots=True)
class Dimension:
    """Points of a dimension, of how many, and what is missing."""

    name: str
    points: int
    most: int
    missing: tuple[str, ...]


def quality(row: Dataset) -> list[Dimension]:
    """The five dimensions, in the method's order."""
    any_of = row.distributions
    own = row.table is not None
    return [
        _dimension("findability", {
            "keywords": (30, any(row.keywords.values())), "themes": (30, bool(row.themes)),
            "spatial": (20, bool(row.spatial)), "temporal": (20, bool(row.temporal)),
        }),
        _dimension("accessibility", {
            "access address can be reached": (50, own),
            "download address": (20, any(one.download_url for one in any_of)),
            "download can be reached": (30, own),
        }),
        _dimension("interoperability", {
            "format": (20, any(one.form for one in any_of)), "media type": (10, any(one.media_type for one in any_of)),
            "format of the EU's list": (10, any(_listed(one) for one in any_of)),
            "open format": (20, any(_form(one) in _OPEN for one in any_of)),
            "machine-readable": (20, any(_form(one) in _MACHINE for one in any_of)),
            "fits DCAT-AP": (30, bool(row.title and row.about and any_of)),
        }),
        _dimension("reusability", {
            "licence": (20, bool(row.licence)), "licence of the EU's list": (10, row.licence.startswith(_LIST)),
            "access rights": (10, own), "access rights of the EU's list": (5, own),
            "contact": (20, bool(row.contact)), "publisher": (10, bool(row.publisher)),
        }),
        _dimension("contextuality", {
            "rights": (5, own), "size": (5, any(one.size for one in any_of)), "issued": (5, bool(row.issued)),
            "modified": (5, bool(row.modified)),
        }),
    ]  # fmt: skip


def _dimension(name: str, asked: dict[str, tuple[int, bool]]) -> Dimension:
    points = sum(worth for worth, there in asked.values() if there)
    missing = tuple(what for what, (_, there) in asked.items() if not there)
    return Dimension(name, points, sum(worth for worth, _ in asked.values()), missing)


def _form(one: Distribution) -> str:
    return one.form.upper()


def _listed(one: Distribution) -> bool:
    return _form(one) in _MACHINE
