"""Outcomes by district, language, income area and kind of provider: whether anyone is served worse than others."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.services.api import Service
from toimiva.core.city.api import City
from toimiva.core.geography import api as geography
from toimiva.core.purposes import api as purposes

__all__ = ["fairness"]


def fairness(service: Service, first: list[offers.OfferView]) -> dict[str, list[dict[str, Any]]]:
    """By dimension: group, offered, replied and accepted shares, and mean travel in metres.

    `provider` is one where the rules look at early education.

    Groups so small that somebody could be recognised are told together as `others`.
    """
    if not first:
        return {}
    rows = pl.DataFrame([_row(service, offer) for offer in first])
    dimensions = ["district", "language", "income_area"]
    if "early education" in service.definition.inputs:
        dimensions.append("provider")
    return {dimension: _by(rows, dimension) for dimension in dimensions}


def _row(service: Service, offer: offers.OfferView) -> dict[str, Any]:
    city, facts = service.city, json.loads(offer.basis)["facts"]
    subject, education = facts[service.definition.cohort.subject], facts.get("early education") or {}
    sub_area = subject.get("sub_area") or ""
    return {
        "district": geography.sub_areas(city).get(sub_area, {}).get("district_fi", "?"),
        "language": subject["mother_tongue"],
        "income_area": _income_areas(city).get(sub_area, "?"),
        "provider": education.get("provider") or "none",
        "replied": offer.answered is not None,
        "accepted": offer.state == "accepted",
        "travel_m": offer.travel_m,
    }


def _by(rows: pl.DataFrame, dimension: str) -> list[dict[str, Any]]:
    sizes = rows.group_by(dimension).len().sort("len", dimension)
    hidden = purposes.hidden_with(sizes["len"].to_list())
    together = [group for place, group in enumerate(sizes[dimension]) if place in hidden]
    small = pl.col(dimension).is_in(together)
    named = rows.with_columns(group=pl.when(small).then(pl.lit("others")).otherwise(dimension))
    grouped = named.group_by("group").agg(
        offered=pl.len(),
        replied=pl.col("replied").mean().round(3),
        accepted=pl.col("accepted").mean().round(3),
        travel_m=pl.col("travel_m").mean().round(0),
    )
    return grouped.sort("group").to_dicts()


def _income_areas(city: City) -> dict[str, str]:
    """low, middle or high by sub-area: thirds of areas by median household income of their postal area."""
    cells, areas = city.find("facts/cells.csv"), city.find("facts/postal_areas.csv")
    return _income_thirds(cells, areas) if cells and areas else {}


@lru_cache(maxsize=8)
def _income_thirds(cells: Path, areas: Path) -> dict[str, str]:
    income = _read(areas).select("postal_code", "median_income_eur").filter(pl.col("median_income_eur") > 0)
    by_area = _read(cells).join(income, on="postal_code").group_by("sub_area").agg(pl.col("median_income_eur").mean())
    thirds = by_area.with_columns(third=pl.col("median_income_eur").rank("ordinal") * 3 / (pl.len() + 1))
    names = {0: "low", 1: "middle", 2: "high"}
    return {area: names[int(third)] for area, third in thirds.select("sub_area", "third").iter_rows()}


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, schema_overrides={"postal_code": pl.String, "sub_area": pl.String})
