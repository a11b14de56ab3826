"""Who works here: a signed-in official; on an open installation anyone, as a sample official."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from toimiva.core.errors import NotAllowed
from toimiva.core.identity.models import SignIn
from toimiva.core.identity.sessions import current

__all__ = ["SAMPLE_OFFICIAL", "SAMPLE_OFFICIALS", "act_as", "names_of_officials", "official_of", "persons_of_officials"]

SAMPLE_OFFICIALS = ("Maija Malli", "Olli Ohje", "Siiri Seuranta")  # of an open installation; the first unless chosen
SAMPLE_OFFICIAL = SAMPLE_OFFICIALS[0]
_CHOSEN = "sample official"


def official_of(request: HttpRequest) -> str:
    """Name of the official who acts. Raises NotAllowed for anyone else."""
    row = current(request)
    if row is not None and row.kind == "official":
        return row.who
    if settings.OPEN_STAFF_PAGES and row is None:
        return str(request.session.get(_CHOSEN, SAMPLE_OFFICIAL))
    raise NotAllowed(
        what="This page is for the city's officials.",
        mend="Sign in as one. On a machine of your own, TOIMIVA_OPEN_STAFF_PAGES=1 opens the staff pages.",
    )


def act_as(request: HttpRequest, name: str) -> None:
    """Act as another sample official, for training and for trying what needs two. Raises NotAllowed elsewhere."""
    if not settings.OPEN_STAFF_PAGES or name not in SAMPLE_OFFICIALS:
        raise NotAllowed(what="Nobody can be chosen here.", mend="Sign in as yourself.")
    request.session[_CHOSEN] = name


def persons_of_officials(request: HttpRequest, city: str) -> tuple[str | None, set[str]]:
    """The acting official's own pseudonym in a city, where it is known, and those of colleagues who have signed in."""
    row = current(request)
    known = SignIn.objects.filter(kind="official").exclude(persons={}).values_list("who", "persons")
    mine = row.persons.get(city) if row is not None else None
    return mine, {persons[city] for who, persons in known if city in persons and persons[city] != mine}


def names_of_officials() -> set[str]:
    """By whom staff pages have been or may be used: who has signed in, and the sample officials."""
    return {*SAMPLE_OFFICIALS, *SignIn.objects.filter(kind="official").values_list("who", flat=True).distinct()}
