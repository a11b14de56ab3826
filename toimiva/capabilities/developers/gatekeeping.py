"""The middleware of keys: who sends one is known by it, counted, and limited by its plan instead of its address."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from toimiva.capabilities.developers.counting import Quota, failed, hit
from toimiva.capabilities.developers.keys import find
from toimiva.capabilities.developers.models import Key
from toimiva.core.errors import NotSignedIn, TooMany
from toimiva.core.ui.api import answer_to

__all__ = ["ApiKeys", "key_of", "spend"]

_HEADER = "X-API-Key"


class ApiKeys:
    """A request without a key passes as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, unless its key is unknown or has spent its quota."""
        if _HEADER not in request.headers:
            return self.get_response(request)
        key, now = key_of(request), timezone.now()
        if key is None:
            mend = "Get a key at /developers/, or leave the header out."
            return answer_to(request, NotSignedIn(what="The API key is unknown or has ended.", mend=mend))
        quotas = hit(key, at=now)
        spent = _over(quotas)
        if spent is not None:
            return _told(_spent(request, spent), quotas)
        answer = self.get_response(request)
        if answer.status_code >= 400:
            failed(key, at=now)
        return _told(answer, quotas)


def key_of(request: HttpRequest) -> Key | None:
    """The key that a request is sent with, while it holds; looked up once."""
    if not hasattr(request, "api_key"):
        given = request.headers.get(_HEADER)
        request.api_key = find(given) if given else None  # type: ignore[attr-defined]
    found: Key | None = request.api_key  # type: ignore[attr-defined]
    return found


def spend(key: Key) -> None:
    """Count a request whose key came in another way than the header. Raises TooMany."""
    spent = _over(hit(key, at=timezone.now()))
    if spent is not None:
        raise _too_many(spent)


def _over(quotas: Sequence[Quota]) -> Quota | None:
    return next((quota for quota in quotas if quota.over), None)


def _too_many(quota: Quota) -> TooMany:
    what = f"The key has spent its {quota.limit} requests of this {quota.window}."
    return TooMany(what=what, mend=f"Come back in {quota.seconds} seconds, or ask for a larger plan at /developers/.")


def _spent(request: HttpRequest, quota: Quota) -> HttpResponse:
    answer = answer_to(request, _too_many(quota))
    answer.headers["Retry-After"] = str(quota.seconds)
    return answer


def _told(answer: HttpResponse, quotas: Sequence[Quota]) -> HttpResponse:
    """The window with the least left, in the RateLimit fields for HTTP (IETF draft)."""
    least = min(quotas, key=lambda quota: quota.left / quota.limit)
    answer.headers["RateLimit-Limit"] = str(least.limit)
    answer.headers["RateLimit-Remaining"] = str(least.left)
    answer.headers["RateLimit-Reset"] = str(least.seconds)
    return answer
