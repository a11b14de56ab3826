"""Signed-in sessions: begun with a new session key, ended by idleness, by age, by the person, from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound
from toimiva.core.identity.models import SignIn
from toimiva.core.ledger import api as ledger

__all__ = ["begin", "count_open", "current", "end", "end_all", "end_one", "hashed", "list_open"]

_KEY = "sign-in"
_SEEN_EVERY = timedelta(minutes=1)


def begin(
    request: HttpRequest, *, kind: str, who: str, city: str = "", level: str = "", roles: tuple[str, ...] = (),
    persons: Mapping[str, str] | None = None, subject: str = "",
) -> SignIn:  # fmt: skip
    """Sign in; what the browser had before is dropped with its session key, so that a planted key is worth nothing."""
    language = request.session.get("_language")
    request.session.flush()
    if language:
        request.session["_language"] = language
    now = timezone.now()
    row = SignIn.objects.create(
        kind=kind, who=who, city=city, level=level, roles=list(roles), persons=dict(persons or {}), started=now,
        seen=now, subject=hashed(subject),
        agent=request.headers.get("User-Agent", "")[:120],
    )  # fmt: skip
    request.session[_KEY] = row.pk
    _note(row, "identity.signed_in")
    return row


def hashed(subject: str) -> str:
    """An issuer's name for somebody as it is kept: found again by whoever brings it, told to nobody."""
    return salted_hmac("identity.subject", subject, algorithm="sha256").hexdigest() if subject else ""


def current(request: HttpRequest) -> SignIn | None:
    """The sign-in of this request, if it has one that is in force."""
    if not hasattr(request, "sign_in"):
        request.sign_in = _in_force(request)  # type: ignore[attr-defined]
    found: SignIn | None = request.sign_in  # type: ignore[attr-defined]
    return found


def _in_force(request: HttpRequest) -> SignIn | None:
    key = request.session.get(_KEY)
    row = SignIn.objects.filter(pk=key, ended=None).first() if key else None
    if row is None:
        return None
    now = timezone.now()
    if now - row.seen > settings.SIGN_IN_IDLE or now - row.started > settings.SIGN_IN_LONGEST:
        _end(row)
        return None
    if now - row.seen > _SEEN_EVERY:
        row.seen = now
        row.save(update_fields=["seen"])
    return row


def end(request: HttpRequest) -> None:
    """Sign out of this browser."""
    row = current(request)
    if row is not None:
        _end(row)
    request.session.flush()


def list_open(row: SignIn) -> list[SignIn]:
    """The open sessions of the same person, newest first."""
    return list(SignIn.objects.filter(kind=row.kind, who=row.who, city=row.city, ended=None).order_by("-started"))


def end_one(row: SignIn, other: int) -> None:
    """End another session of the same person. Raises NotFound for one that is not theirs."""
    found = next((one for one in list_open(row) if one.pk == other), None)
    if found is None:
        raise NotFound(what="There is no such session of yours.", mend="See the list of your sessions.")
    _end(found)


def end_all(who: str | None) -> int:
    """End the open sessions of a person, or of everyone; how many they were."""
    rows = SignIn.objects.filter(ended=None)
    found = list(rows.filter(who=who) if who else rows)
    for row in found:
        _end(row)
    return len(found)


def count_open() -> dict[str, int]:
    """Open sessions by kind of person."""
    rows = SignIn.objects.filter(ended=None).values("kind").annotate(n=Count("id")).order_by("kind")
    return {row["kind"]: row["n"] for row in rows}


def _end(row: SignIn) -> None:
    row.ended = timezone.now()
    row.save(update_fields=["ended"])
    _note(row, "identity.signed_out")


def _note(row: SignIn, kind: str) -> None:
    subject = row.who if row.kind == "resident" else ""
    at = cities.now(row.city) if row.city else timezone.now()
    body = {"session": row.pk, "kind": row.kind, "level": row.level}
    ledger.append(ledger.NewEntry(row.city, kind, row.who, at, subject, body=body))
