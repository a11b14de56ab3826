"""A city's facts from its folder: tables of published statistics and the shares that no table gives."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl

from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid, NotFound
from toimiva.core.geography import api as geography
from toimiva.engines.synthesis.api import Facts, Shares

__all__ = ["read_facts"]

_COUNTS = ("unit_count", "clinic_count", "senior_centre_count")
_TEXT = {"postal_code": pl.String, "sub_area": pl.String, "code": pl.String, "district": pl.String}


def read_facts(city: City) -> Facts:
    """Facts of a city. Raises NotFound for a table that its folder lacks, and Invalid for shares; each is named."""
    shares = _shares(city)
    return Facts(
        municipality=city.municipality,
        as_of=city.as_of,
        postal_areas=_table(city, "postal_areas.csv"),
        sub_areas=_table(city, "sub_areas.csv"),
        cells=_table(city, "cells.csv"),
        given_names=_table(city, "given_names.csv"),
        surnames=_table(city, "surnames.csv"),
        street_names=_path(city, "streets.txt").read_text(encoding="utf-8").split("\n")[:-1],
        unit_count=shares.pop("unit_count"),
        clinic_count=shares.pop("clinic_count"),
        senior_centre_count=shares.pop("senior_centre_count"),
        at_least=shares.pop("at_least", {}),
        shares=Shares(**shares),
        sites=geography.sites(city),
    )


def _shares(city: City) -> dict[str, Any]:
    path = _path(city, "shares.toml")
    shares = tomllib.loads(path.read_text(encoding="utf-8"))
    missing = sorted({*_COUNTS, *(one.name for one in fields(Shares))} - shares.keys())
    if missing:
        mend = "Add it with its source, as in cities/helsinki/facts/shares.toml."
        faults = [Fault(str(path), 1, f"The share {name!r} is missing.", mend) for name in missing]
        raise Invalid(what=f"{city.id} cannot be drawn.", faults=faults)
    return shares


def _path(city: City, name: str) -> Path:
    path = city.find(f"facts/{name}")
    if path is None:
        raise NotFound(
            what=f"{city.id} has no facts/{name}.", mend="See docs/recipes/add-a-city.md for what a city's facts are."
        )
    return path


def _table(city: City, name: str) -> pl.DataFrame:
    return pl.read_csv(_path(city, name), schema_overrides=_TEXT)
