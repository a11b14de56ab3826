"""Units from a service map (the REST interface of City-of-Helsinki/smbackend, version 2): paged JSON of points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import orjson
import polars as pl

from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.core.geography.areas import TO_GK25, home, locate
from toimiva.core.geography.sources import UnitService, UnitSource, get

__all__ = ["fetch_units", "sites"]

_PAGE = 1000
_NAMES = ("fi", "sv", "en")


def sites(city: City) -> pl.DataFrame | None:
    """unit, name_fi, name_sv, name_en, language, sub_area, x, y, lon, lat of real units; None where none are kept."""
    file = home(city) / "units.parquet"
    return pl.read_parquet(file) if file.exists() else None


def fetch_units(city: City, source: UnitSource, client: httpx.Client) -> int:
    """Fetch and keep the units that give the services; how many. Raises Unavailable, or Invalid for another shape."""
    known = {_text(item, "name", "fi").casefold(): item["id"] for item in _pages(client, f"{source.url}service/", {})}
    rows: dict[str, dict[str, Any]] = {}
    for service in source.services:
        asked = {"service": _service_id(service, known), "municipality": source.municipality}
        for unit in _pages(client, f"{source.url}unit/", asked):
            row = _row(unit, service.language)
            if row:
                rows.setdefault(row["unit"], row)
    if not rows:
        raise Invalid(what=f"{source.url} has no units of {city.id}.", mend="Check [units] in sources.toml.")
    _keep(city, [rows[unit] for unit in sorted(rows)])
    return len(rows)


def _service_id(service: UnitService, known: dict[str, int]) -> int:
    found = known.get(service.name.casefold())
    if found is None:
        like = sorted(name for name in known if service.name.casefold()[:6] in name)
        raise Invalid(
            what=f"The service map has no service {service.name!r}.",
            mend=f"Name one it has in sources.toml, such as {', '.join(like[:8]) or ', '.join(sorted(known)[:8])}.",
        )
    return found


def _pages(client: httpx.Client, url: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    following: str | None = str(httpx.URL(url, params={**asked, "page_size": _PAGE}))
    while following:
        try:
            page = orjson.loads(get(client, following))
            yield from page["results"]
            following = page["next"]
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(
                what=f"{following} does not answer as a service map does.",
                why=f"A page has `results` and `next`; {type(error).__name__}: {error}.",
                mend="Check the address in sources.toml.",
            ) from error


def _row(unit: dict[str, Any], language: str) -> dict[str, Any] | None:
    """A unit as a site, or None where it has no place on the map."""
    location = unit.get("location")
    if not location or location.get("type") != "Point":
        return None
    lon, lat = location["coordinates"][:2]
    x, y = TO_GK25.transform(lon, lat)
    names = {f"name_{key}": _text(unit, "name", key) for key in _NAMES}
    return {"unit": f"tprek-{unit['id']}", **names, "language": language, "x": round(x), "y": round(y),
            "lon": float(lon), "lat": float(lat)}  # fmt: skip


def _text(item: dict[str, Any], field: str, language: str) -> str:
    """A text in a language, else in Finnish, else in any."""
    texts = item.get(field) or {}
    return str(texts.get(language) or texts.get("fi") or next(iter(texts.values()), ""))


def _keep(city: City, rows: Sequence[dict[str, Any]]) -> None:
    found = locate(city, [(row["x"], row["y"]) for row in rows])
    frame = pl.DataFrame(rows).with_columns(sub_area=pl.Series(found, dtype=pl.String))
    home(city).mkdir(parents=True, exist_ok=True)
    frame.write_parquet(home(city) / "units.parquet")
