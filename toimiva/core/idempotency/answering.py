"""Doing what is asked with a key, or giving the answer that was given before.

Source: draft-ietf-httpapi-idempotency-key-header: the same key with another request is 422, one not done yet is 409.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from toimiva.core.errors import Conflict, Invalid
from toimiva.core.idempotency.models import Given

__all__ = ["KEPT", "once"]

KEPT = timedelta(days=1)
_LONGEST_KEY = 200


def once(
    request: HttpRequest, key: str, *, caller: str, who: str, do: Callable[[], HttpResponse], whole: bool = False
) -> HttpResponse:
    """The answer to a request: done now, or as it was given to the same `caller` with the same key.

    `who` is the resident whom the answer is about, if any. With `whole` the answer is kept in the transaction of what
    is done, so that after a stop at any point either both are there or neither; it is for what is done in a moment.
    Raises Invalid for a key that was used for another request, Conflict while the first is being done. What failed on
    our side is forgotten, so that it can be asked again.
    """
    if not 0 < len(key) <= _LONGEST_KEY:
        raise Invalid(what="The Idempotency-Key is empty or too long.", mend=f"Use 1 to {_LONGEST_KEY} characters.")
    name = _digest(caller, request.method or "", request.path, key)
    asked = _digest(request.META.get("QUERY_STRING", ""), request.body.hex())
    with transaction.atomic() if whole else nullcontext():
        return _once(name, asked, who, do)


def _once(name: str, asked: str, who: str, do: Callable[[], HttpResponse]) -> HttpResponse:
    row = _claim(name, asked, who)
    if row is not None:
        return _as_before(row, asked)
    try:
        answer = do()
    except BaseException:
        Given.objects.filter(pk=name).delete()
        raise
    return _keep(name, answer)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _claim(name: str, asked: str, who: str) -> Given | None:
    """What was given under this name, or None where it is ours to do now."""
    Given.objects.filter(pk=name, at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            Given.objects.create(pk=name, asked=asked, who=who, at=timezone.now())
    except IntegrityError:
        return Given.objects.filter(pk=name).first()
    return None


def _as_before(row: Given, asked: str) -> HttpResponse:
    if row.asked != asked:
        raise Invalid(
            what="This Idempotency-Key was used for another request.", mend="Make a new key for each new request."
        )
    if row.status is None:
        raise Conflict(what="The first request with this key is being done.", mend="Ask again in a moment.")
    answer = HttpResponse(bytes(row.content), status=row.status, content_type=row.content_type or None)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _keep(name: str, answer: HttpResponse) -> HttpResponse:
    if answer.status_code >= 500 or answer.streaming:
        Given.objects.filter(pk=name).delete()
    else:
        kind = answer.headers.get("Content-Type", "")
        Given.objects.filter(pk=name).update(status=answer.status_code, content=answer.content, content_type=kind)
    return answer
