"""Whether a request may go on to its page: by the audience that is declared for the page's address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from toimiva.core.errors import NotAllowed, NotFound, ToimivaError
from toimiva.core.identity.models import SignIn
from toimiva.core.identity.sessions import current

__all__ = ["ANYONE", "DEVELOPMENT", "KEY", "LINK", "RESIDENT", "SIGNED_IN", "official", "refusal", "role_of"]

ANYONE = "anyone"
LINK = "whoever has the link"  # of a message; the page itself looks it up
KEY = "whoever has the key"  # a token or a signature; the operation itself checks it
RESIDENT = "resident"
SIGNED_IN = "signed in"
DEVELOPMENT = "development"
_OFFICIAL = "official: "


def official(role: str) -> str:
    """Officials with a role."""
    return _OFFICIAL + role


def role_of(audience: str) -> str | None:
    """The role that an audience of officials needs."""
    return audience.removeprefix(_OFFICIAL) if audience.startswith(_OFFICIAL) else None


def refusal(request: HttpRequest, audience: str | None) -> HttpResponse | ToimivaError | None:
    """None where the request may go on; else the way to sign in, or why not. No audience is nobody."""
    if audience is None:
        return NotAllowed(what="Nobody may open this address yet.", mend="Declare who may in project/access.py.")
    if audience in (ANYONE, LINK, KEY):
        return None
    if audience == DEVELOPMENT:
        ready = settings.DEVELOPMENT_ISSUER and not settings.PRODUCTION
        return None if ready else NotFound(what="There is no such page.", mend="Sign in at the city's own service.")
    row, role = current(request), role_of(audience)
    return _of_official(request, row, role) if role else _of_person(request, row, audience)


def _of_person(request: HttpRequest, row: SignIn | None, audience: str) -> HttpResponse | ToimivaError | None:
    if row is None or (audience == RESIDENT and row.kind != "resident"):
        return _to_sign_in(request, "resident")
    return None


def _of_official(request: HttpRequest, row: SignIn | None, role: str) -> HttpResponse | ToimivaError | None:
    if row is None:
        if settings.OPEN_STAFF_PAGES:
            return None
        if settings.ISSUERS["official"]["issuer"]:
            return _to_sign_in(request, "official")
    if row is None or row.kind != "official":
        return NotAllowed(
            what="This page is for the city's officials.",
            mend="Sign in as one. On a machine of your own, TOIMIVA_OPEN_STAFF_PAGES=1 opens the staff pages.",
        )
    if role in row.roles:
        return None
    why = f"It is for the role {role!r}."
    return NotAllowed(
        what=f"{row.who} has no role that opens this page.", why=why, mend="Ask whoever gives roles in your unit."
    )


def _to_sign_in(request: HttpRequest, kind: str) -> HttpResponse:
    return redirect(f"{reverse('sign_in', args=[kind])}?{urlencode({'next': request.get_full_path()})}")
