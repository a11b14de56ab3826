"""The roots that the city publishes: with them anyone can check a receipt."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from toimiva.core.http import REFUSALS, Problem
from toimiva.core.ledger.signing import cosign, published_keys
from toimiva.core.ledger.verifying import published_roots

__all__ = ["router"]

router = Router(tags=["ledger"])


class Root(Schema):
    """A day that is over: its root as hexadecimal digits, the numbers of its first and last entry, and the same as a
    note signed by the city and by witnesses."""

    day: date
    first: int
    last: int
    root: str
    note: str


class Key(Schema):
    """A key that has signed roots or signs them now, as a verifier key: name+hash+base64."""

    key: str
    by_city: bool


class Cosignature(Schema):
    """A witness's signature over a day's root."""

    day: date
    key: str = Field(max_length=200)
    signature: str = Field(max_length=120)


@router.get("/roots", response={200: list[Root], REFUSALS: Problem})
def roots(request: HttpRequest) -> list[dict[str, str | int]]:
    """The Merkle root of each day that is over, with the numbers of its first and last entry."""
    return published_roots()


@router.get("/keys", response={200: list[Key], REFUSALS: Problem})
def keys(request: HttpRequest) -> list[dict[str, str | bool]]:
    """Keys of the city and of its witnesses, those that have been changed for newer ones too."""
    return published_keys()


@router.post("/cosignatures", response={204: None, REFUSALS: Problem})
def cosignatures(request: HttpRequest, body: Cosignature) -> Any:
    """A witness gives its signature: the key must be one that the city has agreed on, the signature its own."""
    cosign(str(body.day), body.key, body.signature)
    return Status(204, None)
