"""A city's facts from its folder: tables of published statistics and the shares that no table gives."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl

from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.geography import api as geography
from toimiva.engines.synthesis.api import Facts, Shares

__all__ = ["read_facts"]

_TEXT = {"postal_code": pl.String, "sub_area": pl.String, "code": pl.String, "district": pl.String}


def read_facts(city: City) -> Facts:
    """Facts of a city. Raises NotFound, naming the table, where its folder lacks one."""
    shares = tomllib.loads(_path(city, "shares.toml").read_text(encoding="utf-8"))
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


def _path(city: City, name: str) -> Path:
    path = city.find(f"facts/{name}")
    if path is None:
        raise NotFound(
            what=f"{city.id} has no facts/{name}.", mend="See docs/recipes/add-a-city.md for what a city's facts are."
        )
    return path


def _table(city: City, name: str) -> pl.DataFrame:
    return pl.read_csv(_path(city, name), schema_overrides=_TEXT)
