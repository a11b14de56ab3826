"""What a register promises: tables, fields and their rules, owner, legal basis, how fresh. One TOML file a register."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from toimiva.core.city.api import City, Names, Strict, read_model
from toimiva.core.errors import NotFound

__all__ = ["Contract", "FieldRule", "Table", "contract", "contracts", "table"]

Kind = Literal["string", "integer", "number", "boolean", "date", "identity_code"]


class FieldRule(Strict):
    """A field: its type and quality rules. An identity code lands as a pseudonym under the name `becomes`.

    `words` are what its values mean, for people: value to {fi, sv, en}.
    """

    type: Kind
    title: dict[str, str]
    required: bool = False
    identifying: bool = False
    becomes: str | None = None
    values: tuple[str, ...] | None = None
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None


class Table(Strict):
    """A table of a register; `key` names the fields (as landed) that make a row one of a kind."""

    key: tuple[str, ...]
    max_bad_share: float = Field(default=0.01, ge=0, le=1)
    fields: dict[str, FieldRule]

    @property
    def identifying(self) -> list[str]:
        """Fields that tell who a person is: they land in a table of their own."""
        return [name for name, rule in self.fields.items() if rule.identifying]

    @property
    def _coded(self) -> dict[str, FieldRule]:
        """Fields that land beside the pseudonyms."""
        return {n: rule for n, rule in self.fields.items() if not rule.identifying or rule.type == "identity_code"}

    def landed(self) -> dict[str, str]:
        """Columns as they land beside pseudonyms: name to type."""
        kinds = {rule.becomes or name: rule for name, rule in self._coded.items()}
        return {name: "string" if rule.type == "identity_code" else rule.type for name, rule in kinds.items()}


class Contract(Strict):
    """A register: who owns it, by which law it is kept, how often it comes, and its tables.

    One of the platform's `own` is written by itself; it begins empty.
    """

    id: str
    names: dict[str, str]
    owner: Names
    legal_basis: Names
    refresh: str
    own: bool = False
    tables: dict[str, Table]


def _read(path: Path) -> Contract:
    return read_model(path, Contract, f"The contract {path.name} cannot be used.", id=path.stem)


def contracts(city: City) -> Mapping[str, Contract]:
    """Every register's contract of a city, by id."""
    return {name: _read(path) for name, path in _paths(city).items()}


def contract(city: City, register: str) -> Contract:
    """One register's contract. Raises NotFound, with the registers there are."""
    paths = _paths(city)
    if register not in paths:
        raise NotFound(
            what=f"{city.id} has no register {register!r}.",
            mend=f"Use one of {', '.join(paths)}, or add registers/{register}.toml.",
        )
    return _read(paths[register])


def _paths(city: City) -> dict[str, Path]:
    return {path.stem: path for path in city.all("registers/*.toml")}


def table(city: City, name: str) -> Table:
    """A table by its full name, such as population.residents. Raises NotFound."""
    register, _, short = name.partition(".")
    tables = contract(city, register).tables
    if short not in tables:
        raise NotFound(what=f"The register {register!r} has no table {short!r}.", mend=f"It has {', '.join(tables)}.")
    return tables[short]
