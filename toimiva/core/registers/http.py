"""Deliveries over HTTP: PUT a file, get what became of it."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from ninja.security import HttpBearer

from toimiva.core.city import api as cities
from toimiva.core.registers.deliveries import receive

__all__ = ["router"]


class RegisterToken(HttpBearer):
    """The token of TOIMIVA_REGISTER_TOKEN; without one set, nothing is let in."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """The caller's role when the token is right."""
        known = settings.REGISTER_TOKEN
        return "register" if known and hmac.compare_digest(known, token) else None


router = Router(auth=RegisterToken(), tags=["registers"])


@router.put("/{city}/{table}/{name}")
def deliver(request: HttpRequest, city: str, table: str, name: str, changes: bool = False) -> dict[str, Any]:
    """Deliver a table such as population.residents as CSV, JSON Lines or Parquet, whole or as changes."""
    found = cities.load(city)
    outcome = receive(found, table, name, request.body, at=cities.now(city), changes=changes)
    return {
        "table": outcome.table, "state": outcome.state, "rows": outcome.rows, "bad_rows": outcome.bad_rows,
        "version": outcome.version,
    }  # fmt: skip
