"""The roots that the city publishes: with them anyone can check a receipt."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from toimiva.core.ledger.verifying import published_roots

__all__ = ["router"]

router = Router(tags=["ledger"])


@router.get("/roots")
def roots(request: HttpRequest) -> list[dict[str, str | int]]:
    """The Merkle root of each day that is over, with the numbers of its first and last entry."""
    return published_roots()
