"""The GDPR API of Helsinki's profile: what we have of a resident, and erasing it, asked by another service of the city.

Source: City of Helsinki, Profile GDPR API Description. 204 where there is nothing; 403 with reasons in three languages
where it cannot be erased now.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from ninja import Router, Schema, Status

from toimiva.capabilities.profile.archiving import Archive, contents
from toimiva.core.city import api as cities
from toimiva.core.http import REFUSALS, Problem
from toimiva.core.identity.api import Resident, ServiceToken, Told, resident_by_subject
from toimiva.core.retention import api as retention

__all__ = ["router"]

router = Router(auth=ServiceToken(), tags=["gdpr"])
_STRONG = ("substantial", "high")


class Reason(Schema):
    """Why not, in words by language."""

    code: str
    message: dict[str, str]


class Denied(Schema):
    """A refusal as the profile reads it."""

    errors: list[Reason]


class Datum(Schema):
    """A piece of data: a value, or pieces below it."""

    key: str
    value: str | None = None
    children: list[Datum] | None = None


@router.get(
    "/{subject}",
    response={200: Datum, 204: None, 403: Denied, REFUSALS - {403}: Problem},
    exclude_none=True,
)
def query(request: HttpRequest, subject: str) -> Any:
    """Everything we have of the resident whom the token speaks for."""
    denied = _denied(request, subject, settings.GDPR_API["query"])
    if denied:
        return Status(403, denied)
    resident = resident_by_subject(subject)
    if resident is None:
        return Status(204, None)
    return _tree(contents(resident.city, resident.person, language="en"))


@router.delete("/{subject}", response={204: None, 403: Denied, REFUSALS - {403}: Problem})
def erase(request: HttpRequest, subject: str, dry_run: bool = False) -> Any:
    """Erase what no law keeps of the resident; with `dry_run` only find out whether it can be done now."""
    denied = _denied(request, subject, settings.GDPR_API["delete"])
    resident = resident_by_subject(subject)
    if denied or resident is None:
        return Status(403, denied) if denied else Status(204, None)
    waiting = _waiting(resident)
    if waiting:
        return Status(403, {"errors": waiting})
    if not dry_run:
        at = cities.now(resident.city.id)
        retention.erase(resident.city, resident.person, actor=resident.person, at=at)
    return Status(204, None)


def _denied(request: HttpRequest, subject: str, scope: str) -> dict[str, Any] | None:
    """Why this token may not ask this, if it may not."""
    told: Told = request.auth  # type: ignore[attr-defined]
    if told.subject != subject or scope.rpartition(".")[2] not in told.scopes:
        return {"errors": [_reason("not_allowed", _NOT_ALLOWED)]}
    if told.level not in _STRONG:
        return {"errors": [_reason("weak_identification", _WEAK)]}
    return None


_NOT_ALLOWED = {
    "fi": "Tämä tunniste ei anna oikeutta pyyntöön.", "sv": "Den här identifieraren ger inte rätt till begäran.",
    "en": "This token does not allow the request.",
}  # fmt: skip
_WEAK = {
    "fi": "Tunnistaudu vahvasti.", "sv": "Identifiera dig starkt.", "en": "Identify yourself strongly.",
}  # fmt: skip


def _reason(code: str, words: dict[str, str]) -> dict[str, Any]:
    return {"code": code, "message": words}


def _waiting(resident: Resident) -> list[dict[str, Any]]:
    """What must end before anything is erased."""
    told: dict[str, dict[str, str]] = {}
    for language in cities.LANGUAGES:
        with translation.override(language):
            for part, held in retention.plan_of(resident.city, resident.person).parts.items():
                words = "; ".join(f"{h.what}: {h.why}" for h in held if h.does == "wait")
                if words:
                    told.setdefault(part, {})[language] = words
    return [_reason(part, words) for part, words in told.items()]


def _tree(archive: Archive) -> dict[str, Any]:
    def piece(key: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return {"key": key.upper(), "children": [piece(name, below) for name, below in value.items()]}
        if isinstance(value, list):
            children = [piece(f"{key}_{number}", below) for number, below in enumerate(value, start=1)]
            return {"key": key.upper(), "children": children}
        return {"key": key.upper(), "value": None if value is None else str(value)}

    return piece("toimiva", archive.model_dump(mode="json"))
