"""Signed-in people at the web API, by the session's cookie; what changes something needs the CSRF token too."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from toimiva.core.errors import NotAllowed
from toimiva.core.identity.models import SignIn
from toimiva.core.identity.residents import Resident, resident_of
from toimiva.core.identity.sessions import current
from toimiva.core.identity.staff import official_of

__all__ = ["OfficialSession", "ResidentSession", "Session"]


class Session(APIKeyCookie):
    """Whoever is signed in."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> SignIn | None:
        """The sign-in, if it is in force."""
        return current(request)


class ResidentSession(APIKeyCookie):
    """A signed-in resident."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Resident | None:
        """The resident."""
        return resident_of(request)


class OfficialSession(APIKeyCookie):
    """A signed-in official; on an open installation anyone, as the sample official. Which role is needed is declared
    with the address."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        """The official's name."""
        try:
            return official_of(request)
        except NotAllowed:
            return None
