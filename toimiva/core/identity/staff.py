"""Who works here: staff pages are for signed-in officials; an open installation lets anyone in as a sample official."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from toimiva.core.errors import NotAllowed

__all__ = ["SAMPLE_OFFICIAL", "SAMPLE_OFFICIALS", "act_as", "official_of", "staff_only"]

SAMPLE_OFFICIALS = ("Maija Malli", "Olli Ohje", "Siiri Seuranta")  # of an open installation; the first unless chosen
SAMPLE_OFFICIAL = SAMPLE_OFFICIALS[0]
_CHOSEN = "sample official"
View = Callable[..., HttpResponseBase]


def official_of(request: HttpRequest) -> str:
    """Name of the official who acts. Raises NotAllowed for anyone else."""
    if request.user.is_authenticated and request.user.is_staff:
        return request.user.get_username()
    if settings.OPEN_STAFF_PAGES:
        return str(request.session.get(_CHOSEN, SAMPLE_OFFICIAL))
    raise NotAllowed(
        what="This page is for the city's officials.",
        mend="Sign in. On a machine of your own, TOIMIVA_OPEN_STAFF_PAGES=1 opens the staff pages.",
    )


def act_as(request: HttpRequest, name: str) -> None:
    """Act as another sample official, for training and for trying what needs two. Raises NotAllowed elsewhere."""
    if not settings.OPEN_STAFF_PAGES or name not in SAMPLE_OFFICIALS:
        raise NotAllowed(what="Nobody can be chosen here.", mend="Sign in as yourself.")
    request.session[_CHOSEN] = name


def staff_only(view: View) -> View:
    """A page that only officials see."""

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        official_of(request)
        return view(request, *args, **kwargs)

    return checked
