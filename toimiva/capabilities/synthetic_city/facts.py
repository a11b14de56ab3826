"""A city's facts from its folder: tables of published statistics and the shares that no table gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import TypeAdapter, ValidationError

from toimiva.core.city.api import City, faults_of, read_text, read_toml
from toimiva.core.errors import Fault, Invalid, NotFound
from toimiva.core.geography import api as geography
from toimiva.engines.synthesis.api import Facts, Shares

__all__ = ["read_facts"]

_COUNTS = ("unit_count", "clinic_count", "senior_centre_count")
_AREA = ("name_fi", "name_sv", "district", "district_fi", "district_sv", "major_district_fi", "major_district_sv")
_WORDS = {
    "postal_areas.csv": ("postal_code", "name"), "sub_areas.csv": ("code", *_AREA),
    "cells.csv": ("postal_code", "sub_area"), "given_names.csv": ("mother_tongue", "sex", "name"),
    "surnames.csv": ("mother_tongue", "name"),
}  # fmt: skip
_NUMBERS = {
    "postal_areas.csv": (
        "households", "one_person", "with_children", "one_parent", "average_size", "median_income_eur", "females",
        "males", "residents",
    ),
    "sub_areas.csv": ("x", "y"), "cells.csv": ("x", "y", "residents"),
}  # fmt: skip
_AGES, _FRACTION = "age_", "average_size"


def read_facts(city: City) -> Facts:
    """Facts of a city. Raises NotFound for a table that its folder lacks, and Invalid with what is wrong in one."""
    shares = _shares(city)
    return Facts(
        municipality=city.municipality,
        as_of=city.as_of,
        postal_areas=_table(city, "postal_areas.csv"),
        sub_areas=_table(city, "sub_areas.csv"),
        cells=_table(city, "cells.csv"),
        given_names=_table(city, "given_names.csv"),
        surnames=_table(city, "surnames.csv"),
        street_names=read_text(_path(city, "streets.txt")).split("\n")[:-1],
        unit_count=shares.pop("unit_count"),
        clinic_count=shares.pop("clinic_count"),
        senior_centre_count=shares.pop("senior_centre_count"),
        at_least=shares.pop("at_least", {}),
        shares=shares.pop("shares"),
        sites=geography.sites(city),
    )


def _shares(city: City) -> dict[str, Any]:
    """The counts that the file has, and its `shares`."""
    path, what = _path(city, "shares.toml"), f"{city.id} cannot be drawn."
    text = read_text(path)
    told = read_toml(str(path), text, what)
    names = [one.name for one in fields(Shares)]
    missing = sorted({*_COUNTS, *names} - told.keys())
    if missing:
        mend = "Add it with its source, as in cities/helsinki/facts/shares.toml."
        faults = [Fault(str(path), 1, f"The share {name!r} is missing.", mend) for name in missing]
        raise Invalid(what=what, faults=faults)
    try:
        counts = TypeAdapter(dict[str, int]).validate_python({name: told[name] for name in _COUNTS})
        rare = TypeAdapter(dict[str, int]).validate_python(told.get("at_least", {}))
        shares = TypeAdapter(Shares).validate_python({name: told[name] for name in names})
    except ValidationError as error:
        raise Invalid(what=what, faults=faults_of(error, str(path), text)) from error
    return {**counts, "at_least": rare, "shares": shares}


def _path(city: City, name: str) -> Path:
    path = city.find(f"facts/{name}")
    if path is None:
        raise NotFound(
            what=f"{city.id} has no facts/{name}.", mend="See docs/recipes/add-a-city.md for what a city's facts are."
        )
    return path


def _table(city: City, name: str) -> pl.DataFrame:
    path = _path(city, name)
    told, numbers = _told(path, name), _NUMBERS.get(name, ())
    missing = [column for column in (*_WORDS[name], *numbers) if column not in told.columns]
    if missing:
        said = f"It has no column {', '.join(missing)}."
        mend = "Separate columns by commas, as in cities/helsinki/facts." if ";" in told.columns[0] else "Add it."
        raise Invalid(what=f"{name} cannot be used.", faults=[Fault(str(path), 1, said, mend)])
    counted = [*numbers, *(column for column in told.columns if column.startswith(_AGES))]
    found = told.with_columns(pl.col(one).cast(_kind(one), strict=False) for one in counted)
    faults = list(_no_numbers(str(path), told, found, counted))
    if faults:
        raise Invalid(what=f"{name} cannot be used.", faults=faults)
    return found


def _told(path: Path, name: str) -> pl.DataFrame:
    """A table as texts."""
    try:
        return pl.read_csv(read_text(path).encode(), infer_schema=False, truncate_ragged_lines=True)
    except pl.exceptions.PolarsError as error:
        faults = [Fault(str(path), 1, f"Not CSV: {str(error).partition(chr(10))[0]}.", "See cities/helsinki/facts.")]
        raise Invalid(what=f"{name} cannot be used.", faults=faults) from error


def _kind(column: str) -> type[pl.DataType]:
    return pl.Float64 if column == _FRACTION else pl.Int64


def _no_numbers(file: str, told: pl.DataFrame, found: pl.DataFrame, columns: list[str]) -> Iterator[Fault]:
    """The first of each column that is no number."""
    for column in columns:
        wrong = found[column].is_null().arg_true()
        if len(wrong):
            value = told[column][int(wrong[0])] or "nothing"
            yield Fault(file, int(wrong[0]) + 2, f"{column}: {value!r} is no number.", "Write it with digits only.")
