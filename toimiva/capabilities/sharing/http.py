"""What a service of another fetches with a resident's token: the purpose's data of that person, through the gate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.security import HttpBearer

from toimiva.capabilities.sharing.models import Token, hashed
from toimiva.capabilities.sharing.permitting import end_permission, permissions_of
from toimiva.core.city import api as cities
from toimiva.core.errors import NotAllowed
from toimiva.core.http import REFUSALS, Number, Problem
from toimiva.core.identity.api import Resident, ResidentSession
from toimiva.core.purposes import api as purposes

__all__ = ["own", "router"]

_PSEUDONYMS = ("person", "child", "guardian", "household")


class ServiceToken(HttpBearer):
    """An access token of a service."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token, while it holds."""
        row = Token.objects.select_related("permission__service").filter(access=hashed(token)).first()
        return None if row is None or row.is_expired() or row.is_revoked() else row


router = Router(auth=ServiceToken(), tags=["shared"])
own = Router(auth=ResidentSession(), tags=["my"])


class Shared(Schema):
    """A purpose's data of one person: rows by table, without any pseudonym."""

    purpose: str
    tables: dict[str, list[dict[str, Any]]]


class PermissionOut(Schema):
    """A service that one has let in."""

    id: int
    name: str
    homepage: str
    purposes: list[str]
    given: datetime


@router.get("/{purpose}", response={200: Shared, REFUSALS: Problem})
def fetch(request: HttpRequest, purpose: str) -> dict[str, Any]:
    """The data, as long as the resident's consent is in force."""
    row: Token = request.auth  # type: ignore[attr-defined]
    permission = row.permission
    city = cities.load(permission.city)
    if purpose not in row.scope.split() or not purposes.consents(city, permission.person, purpose):
        raise NotAllowed(what="The resident's consent does not cover this.", mend="Ask the resident again.")
    allowed = purposes.purpose(city, purpose)
    with purposes.open_gate(
        city, purpose, actor=permission.service.name, reason=f"shared with {permission.service.pk}",
        persons=[permission.person],
    ) as gate:  # fmt: skip
        tables = {table: _rows(gate, table, columns) for table, columns in allowed.tables.items()}
    return {"purpose": purpose, "tables": tables}


def _rows(gate: purposes.Gate, table: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    told = [f'"{name}"' for name in columns if name not in _PSEUDONYMS]
    return gate.query(f'SELECT {", ".join(told)} FROM "{table}"').to_dicts() if told else []


def _me(request: HttpRequest) -> Resident:
    found: Resident = request.auth  # type: ignore[attr-defined]
    return found


@own.get("", response={200: list[PermissionOut], REFUSALS: Problem})
def list_permissions(request: HttpRequest) -> list[dict[str, Any]]:
    """Services that one has let in, newest first."""
    me = _me(request)
    return [
        {"id": row.pk, "name": row.service.name, "homepage": row.service.homepage, "purposes": row.purposes,
         "given": row.given}
        for row in permissions_of(me.city, me.person)
    ]  # fmt: skip


@own.delete("/{permission}", response={204: None, REFUSALS: Problem})
def end(request: HttpRequest, permission: Number) -> Any:
    """Let one fetch nothing any more."""
    me = _me(request)
    end_permission(me.city, me.person, permission, at=cities.now(me.city.id))
    return Status(204, None)
