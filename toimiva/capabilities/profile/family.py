"""Whom a resident may act for: children of whom the register has them as guardian today, until they turn 18.

Source: Act on Child Custody and Right of Access (361/1983), section 3: custody ends on the eighteenth birthday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.purposes import api as purposes

__all__ = ["OF_AGE", "OWN", "Child", "age_of", "child_of", "children_of"]

OWN = "own-data"  # the purpose for which a person sees what is theirs
OF_AGE = 18
_CUSTODY, _RESIDENTS = "population.guardianships", "population.residents"
_IDENTITIES = f"{_RESIDENTS}.identities"
_OF = f'SELECT child FROM "{_CUSTODY}" WHERE guardian = ?'
_CHILDREN = f"""
SELECT person, given_name, born FROM "{_RESIDENTS}" LEFT JOIN "{_IDENTITIES}" USING (person)
WHERE died IS NULL AND born > ? ORDER BY born DESC, person"""


@dataclass(frozen=True, slots=True)
class Child:
    """A child in one's custody; `name` is empty until the child is named."""

    person: str
    name: str
    born: date


def children_of(city: City, guardian: str) -> list[Child]:
    """The guardian's children under 18, youngest first, as the register is now."""
    today = cities.today(city)
    with purposes.open_gate(
        city, OWN, actor=guardian, reason="own pages", tables=[_CUSTODY], persons=[guardian]
    ) as gate:
        children = gate.query(_OF, [guardian])["child"].to_list()
    if not children:
        return []
    with purposes.open_gate(
        city, OWN, actor=guardian, reason="own pages", tables=[_RESIDENTS, _IDENTITIES], persons=children
    ) as gate:
        rows = gate.query(_CHILDREN, [_years_before(today, OF_AGE)])
    return [Child(person, name or "", born) for person, name, born in rows.iter_rows()]


def age_of(city: City, person: str) -> int | None:
    """Full years today of a person who looks at their own pages; None where the register does not tell."""
    with purposes.open_gate(city, OWN, actor=person, reason="own pages", tables=[_RESIDENTS], persons=[person]) as gate:
        born = gate.query(f'SELECT born FROM "{_RESIDENTS}" WHERE person = ?', [person])["born"].to_list()
    if not born or born[0] is None:
        return None
    today = cities.today(city)
    return today.year - born[0].year - ((today.month, today.day) < (born[0].month, born[0].day))


def _years_before(day: date, years: int) -> date:
    """The last birthday of those who turn `years` on the day; who was born on a leap day does so on 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def child_of(city: City, guardian: str, person: str) -> Child:
    """One of the guardian's children. Raises NotFound for anyone else, whoever that is."""
    found = next((child for child in children_of(city, guardian) if child.person == person), None)
    if found is None:
        raise NotFound(what="There is no such child in your custody.", mend="Choose one on the page of your city.")
    return found
