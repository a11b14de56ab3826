"""Who works here: staff pages are for signed-in officials; an open installation lets anyone in as a sample official."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from toimiva.core.errors import NotAllowed
from toimiva.core.identity.sessions import current

__all__ = ["SAMPLE_OFFICIAL", "SAMPLE_OFFICIALS", "act_as", "official_of", "staff_only"]

SAMPLE_OFFICIALS = ("Maija Malli", "Olli Ohje", "Siiri Seuranta")  # of an open installation; the first unless chosen
SAMPLE_OFFICIAL = SAMPLE_OFFICIALS[0]
_CHOSEN = "sample official"
View = Callable[..., HttpResponseBase]


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


def staff_only(view: View) -> View:
    """A page that only officials see whose roles name its capability; who is not signed in is sent to sign in."""
    role = view.__module__.split(".")[2]

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.OPEN_STAFF_PAGES and current(request) is None and settings.ISSUERS["official"]["issuer"]:
            return redirect(f"{reverse('sign_in', args=['official'])}?{urlencode({'next': request.path})}")
        official = official_of(request)
        row = current(request)
        if row is not None and role not in row.roles:
            raise NotAllowed(
                what=f"{official} has no role that opens this page.", why=f"It is for the role {role!r}.",
                mend="Ask whoever gives roles in your unit.",
            )  # fmt: skip
        return view(request, *args, **kwargs)

    return checked
