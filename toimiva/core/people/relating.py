"""How near two people are: what makes an official disqualified (Administrative Procedure Act, sections 27 to 29)."""

from __future__ import annotations

from collections.abc import Collection

from toimiva.core.city.api import City
from toimiva.core.purposes import api as purposes

__all__ = ["IMPARTIALITY", "near"]

IMPARTIALITY = "impartiality"
_HOMES, _CUSTODY = "population.residents", "population.guardianships"


def near(city: City, person: str, others: Collection[str], *, actor: str, reason: str) -> set[str]:
    """Those of the others who are the person, live with them, act for them or are acted for, or share a child or a
    guardian with them."""
    everyone = sorted({person, *others})
    with purposes.open_gate(
        city, IMPARTIALITY, actor=actor, reason=reason, tables=[_HOMES, _CUSTODY], persons=everyone
    ) as gate:
        homes = dict(gate.query(f'SELECT person, household FROM "{_HOMES}" WHERE household IS NOT NULL').iter_rows())
        custody = list(gate.query(f'SELECT child, guardian FROM "{_CUSTODY}"').iter_rows())
    return {other for other in others if _are_near(person, other, homes, custody)}


def _are_near(one: str, other: str, homes: dict[str, str], custody: list[tuple[str, str]]) -> bool:
    if one == other or (one in homes and homes[one] == homes.get(other)):
        return True
    around = [_around(who, custody) | {who} for who in (one, other)]
    return bool(around[0] & around[1])


def _around(person: str, custody: list[tuple[str, str]]) -> set[str]:
    """Those whom a person acts for, and who act for them."""
    return {guardian for child, guardian in custody if child == person} | {
        child for child, guardian in custody if guardian == person
    }
