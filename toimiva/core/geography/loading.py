"""A city's ground brought in: from a folder of published data, or from its open-data services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import httpx
import polars as pl

from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.geography.areas import keep_areas
from toimiva.core.geography.service_map import fetch_units
from toimiva.core.geography.sources import get, sources
from toimiva.core.geography.streets import keep_streets, read_osm, read_otp

__all__ = ["fetch", "load_folder"]

AREAS = Path("boundaries") / "osa_alueet.geojson"
_STREETS: Mapping[str, Callable[[Path], pl.DataFrame]] = {"*_street_edges.csv.gz": read_otp, "*.osm.pbf": read_osm}
_TIMEOUT_S = 60


def load_folder(city: City, data: Path, *, at: datetime) -> dict[str, int]:
    """Read boundaries/osa_alueet.geojson and network/ of a folder, as far as they are there; counts by kind.

    Raises NotFound when the folder has neither, Invalid for a file that is not what its name says.
    """
    found: dict[str, int] = {}
    if (data / AREAS).is_file():
        found["sub_areas"] = keep_areas(city, (data / AREAS).read_bytes(), str(data / AREAS))
    ways = [(path, read) for shape, read in _STREETS.items() for path in sorted((data / "network").glob(shape))]
    if ways:
        frames = [read(path) for path, read in ways]
        name = "+".join(path.name.split(".")[0] for path, _ in ways)
        found["street_stretches"] = keep_streets(city, pl.concat(frames), name, at=at)
    if not found:
        raise NotFound(
            what=f"{data} has nothing to load.",
            why=f"Looked for {AREAS} and network/{', network/'.join(_STREETS)}.",
            mend="Give the folder that holds them.",
        )
    return found


def fetch(city: City, *, transport: httpx.BaseTransport | None = None) -> dict[str, int]:
    """Fetch sub-areas and units from the city's open-data services; counts by kind. `transport` is for tests."""
    where = sources(city)
    asked = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typeNames": where.areas.layer,
             "outputFormat": "application/json", "srsName": "EPSG:4326"}  # fmt: skip
    with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True, transport=transport) as client:
        url = str(httpx.URL(where.areas.wfs, params=asked))
        counts = {"sub_areas": keep_areas(city, get(client, url), url)}
        return counts | {"units": fetch_units(city, where.units, client)}
