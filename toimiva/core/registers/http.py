"""Deliveries over HTTP: PUT a file, get what became of it."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import HttpBearer

from toimiva.core.city import api as cities
from toimiva.core.errors import TooLarge
from toimiva.core.http import REFUSALS, Problem
from toimiva.core.registers.deliveries import receive

__all__ = ["router"]


class RegisterToken(HttpBearer):
    """The token of TOIMIVA_REGISTER_TOKEN; without one set, nothing is let in."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """The caller's role when the token is right."""
        known = settings.REGISTER_TOKEN
        return "register" if known and hmac.compare_digest(known, token) else None


router = Router(auth=RegisterToken(), tags=["registers"])


class Delivered(Schema):
    """What became of a delivery; `version` is the table's in the lake."""

    table: str
    state: str
    rows: int
    bad_rows: int
    version: int | None


def _content(request: HttpRequest) -> bytes:
    """The whole body: a register is larger than a form may be. Raises TooLarge."""
    most = settings.DELIVERY_MOST_BYTES
    content = request.read(most + 1)
    if len(content) > most:
        raise TooLarge(
            what=f"The delivery is larger than {most // 1_000_000} MB.", mend="Send it as Parquet, or as changes."
        )
    return content


_FILE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _FILE, "text/csv": _FILE}}}


@router.put("/{city}/{table}/{name}", response={200: Delivered, REFUSALS: Problem}, openapi_extra=_BODY)
def deliver(request: HttpRequest, city: str, table: str, name: str, changes: bool = False) -> dict[str, Any]:
    """Deliver a table such as population.residents as CSV, JSON Lines or Parquet, whole or as changes."""
    found = cities.load(city)
    outcome = receive(found, table, name, _content(request), at=cities.now(city), changes=changes)
    return {
        "table": outcome.table, "state": outcome.state, "rows": outcome.rows, "bad_rows": outcome.bad_rows,
        "version": outcome.version,
    }  # fmt: skip
