"""Kinds of reports: a city's `reports.toml`, read and checked whole."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from toimiva.core.city import api as cities
from toimiva.core.city.api import City, Names, Strict, Texts
from toimiva.core.errors import NotFound

__all__ = ["Kind", "kind", "kinds"]


class Kind(Strict):
    """What can be told of: who handles it, in how many days it is answered, how it is called."""

    id: str
    owner: Names
    group: str
    days: int = Field(ge=1, le=90)
    keywords: tuple[str, ...] = ()
    name: Texts
    about: Texts
    next: Texts


class _File(Strict):
    kinds: dict[str, Kind] = {}

    @field_validator("kinds", mode="before")
    @classmethod
    def _named(cls, told: Any) -> Any:
        """Each is called by its key."""
        if not isinstance(told, dict):
            return told
        return {name: {**one, "id": name} if isinstance(one, dict) else one for name, one in told.items()}


def kinds(city: City) -> dict[str, Kind]:
    """A city's kinds by id, in the file's order; none where it takes no reports. Raises Invalid for a wrong file."""
    path = city.find("reports.toml")
    return cities.read_model(path, _File, f"{path} cannot be used.").kinds if path else {}


def kind(city: City, name: str) -> Kind:
    """A kind by its id. Raises NotFound."""
    found = kinds(city).get(name)
    if found is None:
        known = ", ".join(kinds(city)) or "none"
        raise NotFound(what=f"There is no kind of report {name[:40]!r}.", mend=f"Use one of: {known}.")
    return found
