"""How often one address may ask, and how often it may guess: links and keys are found by nobody who tries them all.

Counted in each web process by a moving window (the library limits). What is counted against a guesser is only failures,
and a failure answers the same whether something is there or not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from toimiva.capabilities.developers import api as developers
from toimiva.core.errors import TooMany
from toimiva.core.identity.api import KEY, LINK
from toimiva.core.ui.api import answer_to
from toimiva.project.access import ACCESS

__all__ = ["COUNTED", "Limits"]

COUNTED = MovingWindowRateLimiter(MemoryStorage())
_FAILED, _REFUSED = (401, 403, 404), (401, 403)
_LOG = logging.getLogger("toimiva.refused")


class Limits:
    """Middleware: an address that asks or guesses too often is told when to come back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, unless its address has spent what it has."""
        who = client_address(request)
        asked, guessed = _limits()
        if developers.key_of(request):  # counted by its key, and told so; one that is none is counted by its address
            return self.get_response(request)
        if not COUNTED.hit(asked, "asked", who):
            return _too_many(request, asked, "asked", who)
        if not COUNTED.test(guessed, "guessed", who) and _is_guessable(request):
            return _too_many(request, guessed, "guessed", who)
        response = self.get_response(request)
        if response.status_code in _REFUSED:
            _LOG.warning("refused with %s: %r, asked from %s", response.status_code, _route(request), who)
        if response.status_code in _FAILED and _is_guessable(request):
            COUNTED.hit(guessed, "guessed", who)
        for name, value in _told(asked, "asked", who).items():
            response.headers[name] = value
        return response


def _route(request: HttpRequest) -> str:
    """The address as it is declared: what is in it may be a secret or about a person."""
    try:
        return str(resolve(request.path_info).route)
    except Resolver404:
        return "no address"


def client_address(request: HttpRequest) -> str:
    """Where a request comes from: behind TOIMIVA_PROXIES proxies, what the outermost of them saw."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    proxies = settings.PROXIES
    return hops[-proxies] if proxies and len(hops) >= proxies else str(request.META.get("REMOTE_ADDR", ""))


def _limits() -> tuple[RateLimitItem, RateLimitItem]:
    return (
        RateLimitItemPerMinute(settings.REQUESTS_PER_MINUTE),
        RateLimitItemPerMinute(settings.GUESSES_PER_TEN_MINUTES, 10),
    )


def _is_guessable(request: HttpRequest) -> bool:
    """An address that a secret opens: the link of a message, or a key."""
    return ACCESS.get(_route(request)) in (LINK, KEY)


def _told(limit: RateLimitItem, what: str, who: str) -> Mapping[str, str]:
    """The headers of RateLimit fields for HTTP (IETF draft)."""
    ends, left = COUNTED.get_window_stats(limit, what, who)
    return {
        "RateLimit-Limit": str(limit.amount), "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(max(0, round(ends - time.time()))),
    }  # fmt: skip


def _too_many(request: HttpRequest, limit: RateLimitItem, what: str, who: str) -> HttpResponse:
    told = _told(limit, what, who)
    response = answer_to(
        request, TooMany(what="Too many requests came from your address.", mend="Wait a while and try again.")
    )
    response.headers["Retry-After"] = told["RateLimit-Reset"]
    return response
