"""The roots that the city publishes: with them anyone can check a receipt."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from toimiva.core.http import REFUSALS, Problem
from toimiva.core.ledger.verifying import published_roots

__all__ = ["router"]

router = Router(tags=["ledger"])


class Root(Schema):
    """A day that is over: its root as hexadecimal digits, and the numbers of its first and last entry."""

    day: date
    first: int
    last: int
    root: str


@router.get("/roots", response={200: list[Root], REFUSALS: Problem})
def roots(request: HttpRequest) -> list[dict[str, str | int]]:
    """The Merkle root of each day that is over, with the numbers of its first and last entry."""
    return published_roots()
