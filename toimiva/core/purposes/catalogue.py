"""Purposes: why data may be used, which columns, on what legal basis. One TOML file a purpose in the city's folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from toimiva.core.city.api import City, Strict, read_model
from toimiva.core.errors import Fault, Invalid, NotFound
from toimiva.core.registers import api as registers

__all__ = ["Purpose", "purpose", "purposes"]

LOCATION_COLUMNS = ("x", "y", "lon", "lat", "sub_area", "postal_code", "street_address")


class Purpose(Strict):
    """A purpose. `tables` names the columns it may read, table by table; anything else does not exist for it.

    on_objection: `leave_out` the rows of those who object, or `mark` them with a column `objects`, so that a rule can
    send them to the ordinary application. Location of people under non-disclosure is always null, unless
    `sees_non_disclosed` (their messages are written by staff). `receives` says in words who else gets the data;
    empty where nobody outside the city does.
    """

    id: str
    names: dict[str, str]
    why: dict[str, str]
    basis: Literal["public_task", "legal_obligation", "consent"]
    law: str
    retention_days: int
    on_objection: Literal["leave_out", "mark", "not_possible"]
    sees_non_disclosed: bool = False
    receives: dict[str, str] = {}
    tables: dict[str, tuple[str, ...]]

    @cached_property
    def version(self) -> str:
        """16 hexadecimal characters of what a resident reads of it: another text is another version."""
        told = self.model_dump_json(exclude={"on_objection", "sees_non_disclosed"})
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _read(path: Path) -> Purpose:
    return read_model(path, Purpose, f"The purpose {path.name} cannot be used.", id=path.stem)


def purposes(city: City) -> Mapping[str, Purpose]:
    """Every purpose of a city by id."""
    return {name: _checked(city, _read(path), path) for name, path in _paths(city).items()}


def purpose(city: City, purpose_id: str) -> Purpose:
    """One purpose. Raises NotFound with the purposes there are."""
    paths = _paths(city)
    if purpose_id not in paths:
        raise NotFound(
            what=f"{city.id} has no purpose {purpose_id!r}.",
            why="Personal data is read for a stated purpose only.",
            mend=f"Use one of {', '.join(paths)}, or describe it in purposes/{purpose_id}.toml.",
        )
    return _checked(city, _read(paths[purpose_id]), paths[purpose_id])


def _paths(city: City) -> dict[str, Path]:
    return {path.stem: path for path in city.all("purposes/*.toml")}


def _checked(city: City, found: Purpose, path: Path) -> Purpose:
    """A purpose may only name columns that its registers' contracts have."""
    known = {table: _known_columns(city, table) for table in found.tables}
    faults = [
        Fault(str(path), 1, f"{table} has no column {column!r}.", "See the register's contract.")
        for table, columns in found.tables.items()
        for column in columns
        if column not in known[table]
    ]
    if faults:
        raise Invalid(what=f"The purpose {found.id} names columns that do not exist.", faults=faults)
    return found


def _known_columns(city: City, table: str) -> set[str]:
    base = table.removesuffix(".identities")
    described = registers.table(city, base)
    return {*described.key, *described.identifying} if table != base else set(described.landed())
