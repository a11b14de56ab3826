"""Publishing a draft with a second pair of eyes, or dropping it."""

from __future__ import annotations

import shutil
from datetime import datetime

from django.db import transaction

from toimiva.capabilities.design.drafting import drafted
from toimiva.capabilities.design.models import Draft
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, NotAllowed
from toimiva.core.ledger import api as ledger

__all__ = ["drop", "publish"]


def publish(draft: Draft, *, reviewer: str, at: datetime) -> services.Service:
    """Make the draft the service. The rules must then be signed off anew before anything is decided by them.

    Raises NotAllowed for its own author, Conflict when it is closed or the service has changed since it was opened,
    Invalid with every fault and failing example.
    """
    if reviewer == draft.author:
        raise NotAllowed(
            what=f"Draft {draft.pk} is {reviewer}'s own.", why="Rules are published by a second pair of eyes.",
            mend="Ask another official to read and publish it.",
        )  # fmt: skip
    city = cities.load(draft.city)
    with transaction.atomic():
        _check_open(draft, services.get_service(city, draft.service))
        report = services.check_folder(city, draft.folder, on=cities.now(city.id).date())
        if report.faults:
            raise Invalid(what=f"Draft {draft.pk} cannot be published.", faults=list(report.faults))
        service = drafted(draft)
        _put_in_place(draft)
        _close(draft, "published", reviewer, at)
        body = {"draft": draft.pk, "author": draft.author, "before": draft.base, "after": service.digest}
        ledger.append(ledger.NewEntry(city.id, "service.published", reviewer, at, draft.service, body=body))
    return services.get_service(city, draft.service)


def _check_open(draft: Draft, service: services.Service) -> None:
    if draft.state != "open":
        raise Conflict(what=f"Draft {draft.pk} is {draft.state}.", mend="Start a new draft of the service.")
    if service.digest != draft.base:
        raise Conflict(
            what=f"{draft.service} has changed since draft {draft.pk} was opened.",
            why="Publishing it would undo that change unseen.",
            mend="Drop it and make the changes in a new draft.",
        )


def _put_in_place(draft: Draft) -> None:
    target = cities.published(draft.city) / "services" / draft.service
    part, old = target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.old")
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(draft.folder, part)
    if target.exists():
        target.rename(old)
    part.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def drop(draft: Draft, *, official: str, at: datetime) -> None:
    """Give the draft up; its files stay until the home is cleaned."""
    if draft.state != "open":
        raise Conflict(what=f"Draft {draft.pk} is {draft.state}.", mend="There is nothing to drop.")
    with transaction.atomic():
        _close(draft, "dropped", official, at)
        body = {"draft": draft.pk}
        ledger.append(ledger.NewEntry(draft.city, "draft.dropped", official, at, draft.service, body=body))


def _close(draft: Draft, state: str, official: str, at: datetime) -> None:
    draft.state, draft.reviewer, draft.closed = state, official, at
    draft.save(update_fields=["state", "reviewer", "closed"])
