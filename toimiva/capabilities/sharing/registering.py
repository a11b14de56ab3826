"""Services of others, registered with the city."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from toimiva.capabilities.sharing.models import Service, Token, hashed
from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid, NotFound
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes

__all__ = ["NewService", "close_service", "register_service", "services_of_others"]

_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")  # where a native app may listen (RFC 8252)


@dataclass(frozen=True, slots=True)
class NewService:
    """What whoever runs a service says of it; `confidential` where it can keep a secret."""

    name: str
    homepage: str
    redirect_uris: Sequence[str]
    purposes: Sequence[str]
    confidential: bool = True


def register_service(city: City, new: NewService, *, actor: str, at: datetime) -> tuple[Service, str]:
    """(the service, its secret, which is not shown again). Raises Invalid with all that is wrong."""
    faults = [*_faulty_addresses(new), *_faulty_purposes(city, new)]
    if not new.name.strip() or faults:
        raise Invalid(what=f"The service {new.name!r} cannot be registered.", faults=faults, mend="Correct it.")
    secret = secrets.token_urlsafe(32) if new.confidential else ""
    with transaction.atomic():
        row = Service.objects.create(
            pk=secrets.token_hex(16), city=city.id, name=new.name.strip(), homepage=new.homepage,
            redirect_uris=list(new.redirect_uris), purposes=list(new.purposes),
            secret=hashed(secret) if secret else "", registered=at,
        )  # fmt: skip
        body = {"service": row.pk, "name": row.name, "purposes": row.purposes}
        ledger.append(ledger.NewEntry(city.id, "sharing.registered", actor, at, body=body))
    return row, secret


def _faulty_addresses(new: NewService) -> list[Fault]:
    """Redirect addresses that a code could be stolen from."""
    faults = [] if new.redirect_uris else [Fault("redirect", 1, "There is none.", "Give where residents come back to.")]
    for address in (new.homepage, *new.redirect_uris):
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in _OWN_MACHINE
        if not (parts.scheme == "https" or local) or not parts.hostname or parts.fragment:
            faults.append(Fault("address", 1, f"{address!r}", "Use a whole https:// address without a # part."))
    return faults


def _faulty_purposes(city: City, new: NewService) -> list[Fault]:
    known = purposes.purposes(city)
    may = sorted(name for name, purpose in known.items() if purpose.basis == "consent")
    faults = [] if new.purposes else [Fault("purpose", 1, "There is none.", f"Use one of {', '.join(may)}.")]
    return faults + [
        Fault("purpose", 1, f"{name!r} does not rest on consent.", f"Use one of {', '.join(may)}.")
        for name in new.purposes
        if name not in may
    ]


def close_service(service_id: str, *, actor: str, at: datetime) -> Service:
    """Let it fetch nothing any more, from anyone. Raises NotFound."""
    with transaction.atomic():
        row = Service.objects.select_for_update().filter(pk=service_id, closed=None).first()
        if row is None:
            raise NotFound(what=f"There is no open service {service_id!r}.", mend="See `toimiva sharing list`.")
        row.closed = at
        row.save(update_fields=["closed"])
        Token.objects.filter(permission__service=row).update(revoked=True)
        row.permissions.filter(ended=None).update(ended=at)
        ledger.append(ledger.NewEntry(row.city, "sharing.closed", actor, at, body={"service": row.pk}))
    return row


def services_of_others(city: City) -> list[Service]:
    """Those that are open, by name."""
    return list(Service.objects.filter(city=city.id, closed=None).order_by("name", "pk"))
