"""The access matrix: each address by each role, what the declaration promises beside what the guard does when tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from toimiva.core.identity.api import ANYONE, DEVELOPMENT, KEY, LINK, RESIDENT, SIGNED_IN, SignIn, refusal, role_of
from toimiva.project.access import ACCESS

__all__ = ["Cell", "matrix", "roles", "routes"]


@dataclass(frozen=True, slots=True)
class Cell:
    """An address and a role: `open` or `closed`, as declared and as the guard answers."""

    address: str
    role: str
    declared: str
    tried: str


def matrix() -> Iterator[Cell]:
    """Every cell. Nothing is carried out: the guard alone is asked, before any page."""
    for address in routes():
        for role in roles():
            yield Cell(address, role, _declared(ACCESS.get(address), role), _tried(address, role))


def routes(resolver: URLResolver | None = None, start: str = "") -> Iterator[str]:
    """Every address of the site, as its route."""
    for item in (resolver or get_resolver()).url_patterns:
        route = start + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from routes(item, route)
        elif isinstance(item, URLPattern):
            yield route


def roles() -> Sequence[str]:
    """Nobody in particular, a resident, an official without a role, and officials of each role."""
    named = sorted({role for audience in ACCESS.values() if (role := role_of(audience))})
    return ["anyone", "resident", "official", *(f"official: {role}" for role in named)]


def _declared(audience: str | None, role: str) -> str:
    if audience == DEVELOPMENT:
        return "closed" if settings.PRODUCTION else "open"
    if audience in (ANYONE, LINK, KEY):
        return "open"
    if audience == SIGNED_IN:
        return "closed" if role == "anyone" else "open"
    if audience == RESIDENT:
        return "open" if role == "resident" else "closed"
    return "open" if audience == role or (settings.OPEN_STAFF_PAGES and audience and role == "anyone") else "closed"


def _tried(address: str, role: str) -> str:
    return "open" if refusal(_as(role), ACCESS.get(address)) is None else "closed"


def _as(role: str) -> HttpRequest:
    """A request of somebody in a role, as the guard sees it after the session has been looked up."""
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    kind, _, name = role.partition(": ")
    now = timezone.now()
    request.sign_in = (  # type: ignore[attr-defined]
        None if role == "anyone" else SignIn(kind=kind, who="somebody", roles=[name], started=now, seen=now)
    )
    return request
