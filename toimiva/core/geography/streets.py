"""Street networks: OpenTripPlanner edges (CSV) and OpenStreetMap extracts (PBF) as one table of ways on foot."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import polars as pl
from pyproj import Geod

from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.core.geography.areas import TO_GK25
from toimiva.core.lake import api as lake
from toimiva.core.registers import api as registers
from toimiva.engines.walking.api import Network

__all__ = ["STREETS", "has_streets", "keep_streets", "network", "newest_network", "read_osm", "read_otp"]

STREETS = "city_map.streets"
_SCHEMA = {"a": pl.String, "b": pl.String, "lon_a": pl.Float64, "lat_a": pl.Float64, "lon_b": pl.Float64,
           "lat_b": pl.Float64, "metres": pl.Float64}  # fmt: skip
# Ways that may be walked unless the mapper says otherwise (OpenStreetMap wiki, "Key:highway" and "Key:foot").
_WALKED = frozenset((
    "footway", "path", "pedestrian", "steps", "residential", "living_street", "service", "unclassified", "tertiary",
    "tertiary_link", "secondary", "secondary_link", "primary", "primary_link", "cycleway", "track", "road", "bridleway",
    "corridor", "platform",
))  # fmt: skip


def read_otp(edges: Path) -> pl.DataFrame:
    """Ways from OpenTripPlanner's edges (`*_street_edges.csv.gz`): those that may be walked."""
    try:
        rows = pl.read_csv(edges, separator=";", columns=["node_orig_id", "node_dest_id", "length", "allows_walking",
                                                          "geometry"], infer_schema=False)  # fmt: skip
    except (pl.exceptions.PolarsError, OSError) as error:  # or what is packed ends early
        raise Invalid(
            what=f"{edges} is not a table of street edges.",
            why=f"{error}".splitlines()[0],
            mend="Export it from OpenTripPlanner again; columns are separated by semicolons.",
        ) from error
    ends = pl.col("geometry").str.extract_all(r"-?\d+\.\d+").cast(pl.List(pl.Float64))
    return (
        rows.filter(pl.col("allows_walking") == "True")
        .with_columns(ends=ends, metres=pl.col("length").cast(pl.Float64, strict=False))
        .filter(pl.col("ends").list.len() >= 4, pl.col("metres") > 0)
        .select(
            a=pl.format("otp-{}", "node_orig_id"), b=pl.format("otp-{}", "node_dest_id"),
            lon_a=pl.col("ends").list.get(0), lat_a=pl.col("ends").list.get(1),
            lon_b=pl.col("ends").list.get(-2), lat_b=pl.col("ends").list.get(-1), metres="metres",
        )
    )  # fmt: skip


def read_osm(extract: Path) -> pl.DataFrame:
    """Ways from an OpenStreetMap extract (`*.osm.pbf`): those that may be walked."""
    try:
        rows = list(_osm_edges(extract))
    except RuntimeError as error:
        raise Invalid(
            what=f"{extract} is not an OpenStreetMap extract.", why=f"{error}", mend="Download it again."
        ) from error
    frame = pl.DataFrame(rows, schema={name: kind for name, kind in _SCHEMA.items() if name != "metres"}, orient="row")
    ends = frame.select("lon_a", "lat_a", "lon_b", "lat_b").to_numpy().T
    _, _, metres = Geod(ellps="WGS84").inv(ends[0], ends[1], ends[2], ends[3])
    return frame.with_columns(metres=pl.Series(metres, dtype=pl.Float64)).filter(pl.col("metres") > 0)


def _osm_edges(extract: Path) -> Iterator[tuple[str, str, float, float, float, float]]:
    for way in osmium.FileProcessor(str(extract)).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if not isinstance(way, osmium.osm.Way) or not _may_walk(way.tags):
            continue
        spots = [(node.ref, node.lon, node.lat) for node in way.nodes if node.location.valid()]
        for (a, lon_a, lat_a), (b, lon_b, lat_b) in pairwise(spots):
            yield f"osm-{a}", f"osm-{b}", lon_a, lat_a, lon_b, lat_b


def _may_walk(tags: osmium.osm.TagList) -> bool:
    foot = tags.get("foot", "")
    if foot in ("no", "private") or (tags.get("access", "") in ("no", "private") and not foot):
        return False
    return tags["highway"] in _WALKED or foot in ("yes", "designated", "permissive")


def keep_streets(city: City, ways: pl.DataFrame, name: str, *, at: datetime) -> int:
    """Deliver ways (WGS 84) to the register of streets in EPSG:3879; how many street stretches there are."""
    x_a, y_a = TO_GK25.transform(ways["lon_a"].to_numpy(), ways["lat_a"].to_numpy())
    x_b, y_b = TO_GK25.transform(ways["lon_b"].to_numpy(), ways["lat_b"].to_numpy())
    first = pl.col("a") <= pl.col("b")
    moved = ways.select("a", "b", "metres").with_columns(
        xa=pl.Series(x_a), ya=pl.Series(y_a), xb=pl.Series(x_b), yb=pl.Series(y_b)
    )
    ordered = moved.select(
        a=pl.min_horizontal("a", "b"), b=pl.max_horizontal("a", "b"), metres=pl.col("metres").round(1),
        x_a=pl.when(first).then("xa").otherwise("xb").round(1), y_a=pl.when(first).then("ya").otherwise("yb").round(1),
        x_b=pl.when(first).then("xb").otherwise("xa").round(1), y_b=pl.when(first).then("yb").otherwise("ya").round(1),
    )  # fmt: skip
    shortest = ordered.filter(pl.col("a") != pl.col("b"), pl.col("metres") > 0).sort("a", "b", "metres")
    buffer = io.BytesIO()
    shortest.unique(["a", "b"], keep="first", maintain_order=True).write_parquet(buffer)
    return registers.receive(city, STREETS, f"{name}.parquet", buffer.getvalue(), at=at).rows


def has_streets(snapshot: registers.Pinned) -> bool:
    """Whether a snapshot has streets to walk on."""
    return STREETS in snapshot.tables


def network(city: City, snapshot: registers.Pinned) -> Network | None:
    """The streets of a snapshot to walk on; None where it has none."""
    return _network(city, snapshot.tables[STREETS]["version"]) if has_streets(snapshot) else None


def newest_network(city: City) -> Network | None:
    """The streets that were delivered last; None where none were."""
    return _network(city, None) if STREETS in lake.tables(city.id) else None


def _network(city: City, version: int | None) -> Network:
    rows = lake.read(city.id, STREETS, version).sort("a", "b")
    ends = pl.concat([rows.select(node="a", x="x_a", y="y_a"), rows.select(node="b", x="x_b", y="y_b")])
    nodes = ends.unique("node", keep="first", maintain_order=True).sort("node").with_row_index("number")
    number = dict(zip(nodes["node"], nodes["number"], strict=True))
    pairs = np.array([rows["a"].replace_strict(number), rows["b"].replace_strict(number)], dtype=np.int64).T
    return Network(nodes.select("x", "y").to_numpy().astype(float), pairs, rows["metres"].to_numpy().astype(float))
