"""What every operation of the web API does besides its work, SensorThings' among them.

An answer that has not changed is not sent again (ETag); what is asked twice with a key is done once (Idempotency-Key).
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag

from toimiva.core.errors import NotAllowed, ToimivaError, TooLarge
from toimiva.core.idempotency.api import once
from toimiva.core.identity.api import resident_of, sign_in_of
from toimiva.core.ui.api import answer_to

__all__ = ["Manners"]

_KEY = "Idempotency-Key"


class Manners:
    """Middleware of the addresses below /api/ and /sta/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, unless it was answered before."""
        if not request.path.startswith(("/api/", "/sta/")):
            return self.get_response(request)
        if settings.PRODUCTION and not request.is_secure():
            return answer_to(request, NotAllowed(what="The API is reached over HTTPS only.", mend="Use https://."))
        if request.method == "POST" and _KEY in request.headers:
            return self._once(request)
        return _conditional(request, self.get_response(request))

    def _once(self, request: HttpRequest) -> HttpResponse:
        row, me = sign_in_of(request), resident_of(request)  # one that has ended is answered nothing
        caller = f"{row.pk if row else ''}/{request.session.session_key}/{request.headers.get('Authorization', '')}"
        who = me.person if me else ""
        try:
            return once(
                request, request.headers[_KEY], caller=caller, who=who, do=lambda: self.get_response(request),
                whole=request.path.startswith("/sta/"),
            )  # fmt: skip
        except RequestDataTooBig:
            mend = "Send it in parts, or without a key."
            return answer_to(request, TooLarge(what="The body is too large to be done once by a key.", mend=mend))
        except ToimivaError as error:
            return answer_to(request, error)


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """304 where the caller has the very answer; what is about a person is never kept by others on the way."""
    if "Cache-Control" not in response.headers:
        patch_cache_control(response, private=True, no_cache=True)
    kept = "no-store" not in response.headers["Cache-Control"]
    if request.method not in ("GET", "HEAD") or response.streaming or response.status_code != 200 or not kept:
        return response
    set_response_etag(response)
    found = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    return found if isinstance(found, HttpResponse) else response
