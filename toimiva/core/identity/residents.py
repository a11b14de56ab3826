"""Residents: a strongly identified person becomes a pseudonym of a city whose register knows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotAllowed
from toimiva.core.identity.models import SignIn
from toimiva.core.identity.sessions import current, hashed
from toimiva.core.lake import api as lake
from toimiva.core.people import api as people
from toimiva.core.registers import api as registers

__all__ = ["IDENTIFYING", "Resident", "find_resident", "pseudonyms_of", "resident_by_subject", "resident_of"]

IDENTIFYING = "identification"  # the purpose for which a code is looked up


@dataclass(frozen=True, slots=True)
class Resident:
    """Who is signed in: a pseudonym of a city, and the assurance level."""

    person: str
    city: City
    level: str


def find_resident(identity_code: str) -> tuple[City, str]:
    """(city, pseudonym) of a person in the register of one of the cities here. Raises NotAllowed for nobody's code."""
    for name in cities.cities():
        if not lake.tables(name):
            continue
        city = cities.load(name)
        person = registers.pseudonym(city, identity_code)
        standing = people.standing(
            city, [person], purpose=IDENTIFYING, actor=person, reason="sign-in", at=cities.now(city.id)
        )
        if person in standing and standing[person].died is None:
            return city, person
    raise NotAllowed(
        what="You are not in the population register of a city that is served here.",
        mend="If you have just moved, try again in a day or two.",
    )


def resident_by_subject(subject: str) -> Resident | None:
    """Whoever the issuer of residents calls so and has signed in here, as they were identified last."""
    row = (
        SignIn.objects.filter(kind="resident", subject=hashed(subject)).order_by("-started").first()
        if subject
        else None
    )
    return Resident(row.who, cities.load(row.city), row.level) if row else None


def pseudonyms_of(identity_code: str) -> dict[str, str]:
    """What a person is called in each city here, by the city's id."""
    ready = (cities.load(name) for name in cities.cities() if lake.tables(name))
    return {city.id: registers.pseudonym(city, identity_code) for city in ready}


def resident_of(request: HttpRequest) -> Resident | None:
    """The resident who is signed in, if any."""
    row = current(request)
    if row is None or row.kind != "resident":
        return None
    return Resident(row.who, cities.load(row.city), row.level)
