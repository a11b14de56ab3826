"""Kinds of reports: a city's `reports.toml`, read and checked whole."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toimiva.core.city import api as cities
from toimiva.core.city.api import City, Names, Texts
from toimiva.core.errors import Invalid, NotFound

__all__ = ["Kind", "kind", "kinds"]


class Kind(BaseModel):
    """What can be told of: who handles it, in how many days it is answered, how it is called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    owner: Names
    group: str
    days: int = Field(ge=1, le=90)
    keywords: tuple[str, ...] = ()
    name: Texts
    about: Texts
    next: Texts


def kinds(city: City) -> dict[str, Kind]:
    """A city's kinds by id, in the file's order; none where it takes no reports. Raises Invalid for a wrong file."""
    path = city.find("reports.toml")
    return _read(path, path.stat().st_mtime_ns) if path else {}


def kind(city: City, name: str) -> Kind:
    """A kind by its id. Raises NotFound."""
    found = kinds(city).get(name)
    if found is None:
        known = ", ".join(kinds(city)) or "none"
        raise NotFound(what=f"There is no kind of report {name[:40]!r}.", mend=f"Use one of: {known}.")
    return found


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> dict[str, Kind]:
    text = path.read_text(encoding="utf-8")
    try:
        told = tomllib.loads(text).get("kinds", {})
        return {name: Kind(id=name, **one) for name, one in told.items()}
    except tomllib.TOMLDecodeError as error:
        raise Invalid(what=f"{path} is not TOML.", why=str(error), mend="Correct it at that place.") from error
    except ValidationError as error:
        raise Invalid(what=f"{path} cannot be used.", faults=cities.faults_of(error, str(path), text)) from error
