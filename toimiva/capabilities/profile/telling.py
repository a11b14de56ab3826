"""A purpose as a resident reads it: why, what data, which law, who receives, how long, and one's own say so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from toimiva.core.city.api import City, text_in
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["PurposeTold", "SaidTold", "tell", "tell_all"]

SAID = {
    "objected": gettext_lazy("you objected"),
    "objection_withdrawn": gettext_lazy("you took the objection back"),
    "consented": gettext_lazy("you gave your consent"),
    "consent_withdrawn": gettext_lazy("you ended your consent"),
    "consent_lapsed": gettext_lazy("your consent ended, because the text changed"),
}


@dataclass(frozen=True, slots=True)
class SaidTold:
    """Something said of a purpose, with the number of its entry in the ledger, whose receipt can be fetched."""

    words: str | Promise
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class PurposeTold:
    """`choice` is what one may say: `object`, `consent`, or "" where the law asks for the use. `says` tells that one
    has objected, or consents, now. `data` is (register, fields) in words."""

    id: str
    name: str
    why: str
    law: str
    receives: str
    days: int
    version: str
    choice: str
    says: bool
    data: tuple[tuple[str, tuple[str, ...]], ...]
    history: tuple[SaidTold, ...]

    @property
    def years(self) -> int:
        """How long the data is kept, in years; 0 for less than one."""
        return round(self.days / 365)


def tell_all(city: City, person: str, language: str) -> list[PurposeTold]:
    """Every purpose of the city."""
    return [tell(city, person, name, language) for name in purposes.purposes(city)]


def tell(city: City, person: str, purpose_id: str, language: str) -> PurposeTold:
    """One purpose. Raises NotFound."""
    found = purposes.purpose(city, purpose_id)
    choice = _choice(found)
    says = (
        purposes.consents(city, person, purpose_id)
        if choice == "consent"
        else bool(purposes.objects(city, [person], purpose_id))
    )
    history = tuple(SaidTold(SAID[s.kind], s.at, s.entry) for s in purposes.said(city, person, purpose_id))
    return PurposeTold(
        purpose_id, text_in(found.names, language), text_in(found.why, language), found.law,
        text_in(found.receives, language) if found.receives else "", found.retention_days, found.version, choice, says,
        tuple(_data(city, found, language)), history,
    )  # fmt: skip


def _choice(found: purposes.Purpose) -> str:
    if found.basis == "consent":
        return "consent"
    return "" if found.on_objection == "not_possible" else "object"


def _data(city: City, found: purposes.Purpose, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fields by register, by the titles of its contract; a register's tables together."""
    by_register: dict[str, list[str]] = {}
    for table, columns in found.tables.items():
        fields = registers.table(city, table.removesuffix(".identities")).fields
        told = by_register.setdefault(table.partition(".")[0], [])
        told += [text_in(rule.title, language) for name, rule in fields.items() if _tells(name, rule.becomes, columns)]
    for register, titles in by_register.items():
        yield text_in(registers.contract(city, register).names, language), tuple(dict.fromkeys(titles))


def _tells(name: str, becomes: str | None, columns: tuple[str, ...]) -> bool:
    """Whether a field is told: itself, or that a row is about another person; one's own pseudonym tells nothing."""
    return name in columns or (becomes not in (None, "person") and becomes in columns)
