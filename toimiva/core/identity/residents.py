"""Residents: a strongly identified person becomes a pseudonym of a city whose register knows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotAllowed
from toimiva.core.identity.sessions import current
from toimiva.core.lake import api as lake
from toimiva.core.people import api as people
from toimiva.core.registers import api as registers

__all__ = ["IDENTIFYING", "Resident", "find_resident", "resident_of", "resident_only"]

IDENTIFYING = "identification"  # the purpose for which a code is looked up
View = Callable[..., HttpResponseBase]


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


def resident_of(request: HttpRequest) -> Resident | None:
    """The resident who is signed in, if any."""
    row = current(request)
    if row is None or row.kind != "resident":
        return None
    return Resident(row.who, cities.load(row.city), row.level)


def resident_only(view: View) -> View:
    """A page of a resident's own: who is not signed in is sent to sign in, and comes back."""

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if resident_of(request) is None:
            return redirect(f"{reverse('sign_in', args=['resident'])}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return checked
