"""Sub-areas as the city's facts list them: names, district and a point in the middle."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from toimiva.core.city.api import City

__all__ = ["area_name", "sub_areas"]


def sub_areas(city: City) -> dict[str, dict[str, Any]]:
    """Sub-areas by code, from the city's facts; empty for a city without."""
    path = city.find("facts/sub_areas.csv")
    return _areas(path) if path else {}


@lru_cache(maxsize=8)
def _areas(path: Path) -> dict[str, dict[str, Any]]:
    rows = pl.read_csv(path, schema_overrides={"code": pl.String, "district": pl.String})
    return {row["code"]: row for row in rows.iter_rows(named=True)}


def area_name(city: City, code: str, language: str) -> str:
    """A sub-area's name in a language (Finnish for English); the code itself where it is not known."""
    row = sub_areas(city).get(code)
    return str(row[f"name_{'sv' if language == 'sv' else 'fi'}"]) if row else code
