"""A resident lets a service in, and ends it; both are in the ledger, and an end holds at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.sharing.models import Permission, Service, Token
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.identity.api import Resident
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes
from toimiva.core.purposes.events import Objected

__all__ = ["end_permission", "end_without_consent", "permissions_of", "permit"]


def permit(
    me: Resident, service: Service, wanted: Sequence[str], versions: Mapping[str, str], *, at: datetime
) -> Permission:
    """Let it in, in place of its earlier permission: consent to each purpose by the text that was read."""
    with transaction.atomic():
        for purpose in wanted:
            profile.say(me, purpose, "consent", version=versions.get(purpose, ""))
        _in_force(me.city.id, me.person).filter(service=service).update(ended=at)
        row = Permission.objects.create(
            service=service, city=me.city.id, person=me.person, purposes=list(wanted), given=at
        )
        _note(row, "sharing.permitted", me.person, at)
    return row


def _in_force(city: str, person: str):  # type: ignore[no-untyped-def]
    return Permission.objects.filter(city=city, person=person, ended=None)


def _note(row: Permission, kind: str, actor: str, at: datetime) -> None:
    body = {"service": row.service_id, "name": row.service.name, "purposes": row.purposes}
    ledger.append(ledger.NewEntry(row.city, kind, actor, at, row.person, body=body))


def permissions_of(city: City, person: str) -> list[Permission]:
    """Those in force, newest first."""
    return list(_in_force(city.id, person).select_related("service").order_by("-given", "-pk"))


def end_permission(city: City, person: str, number: int, *, at: datetime) -> None:
    """End it: its tokens fetch nothing any more, and consents that nothing else needs end with it. Raises NotFound."""
    with transaction.atomic():
        row = _in_force(city.id, person).select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound(what="There is no such permission of yours.", mend="See the list of services.")
        end(row, actor=person, at=at)
        others = {name for one in permissions_of(city, person) for name in one.purposes}
        for purpose in row.purposes:
            if purpose not in others:
                purposes.withdraw_consent(city, person, purpose, at=at)


def end(row: Permission, *, actor: str, at: datetime) -> None:
    """End a permission and its tokens, in the caller's transaction."""
    row.ended = at
    row.save(update_fields=["ended"])
    Token.objects.filter(permission=row).update(revoked=True)
    _note(row, "sharing.ended", actor, at)


def end_without_consent(event: Objected) -> None:
    """A consent has ended: so have the permissions that rest on it."""
    for row in _in_force(event.city, event.person).select_related("service"):
        if event.purpose in row.purposes:
            end(row, actor=event.person, at=event.at)
