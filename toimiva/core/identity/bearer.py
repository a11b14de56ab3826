"""Tokens that another service of the city brings on a resident's behalf, as Helsinki's profile does: verified here.

Source: City of Helsinki, Profile GDPR API: a signed token of the issuer for our audience, with a scope for what is
asked. Both of the city's issuers are understood: Tunnistamo tells scopes in a field of the token, Keycloak as
permissions.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import requests
from django.conf import settings
from django.http import HttpRequest
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from ninja.security import HttpBearer

from toimiva.core.errors import Unavailable

__all__ = ["ServiceToken", "Told"]

_ALGORITHMS = ["RS256", "PS256", "ES256"]
_KEYS_FOR_S, _AGAIN_S = 300, 10  # how long keys are kept, and how often unknown ones are asked for
_WAIT_S = 10


@dataclass(frozen=True, slots=True)
class Told:
    """What a token says: for whom it speaks at the issuer, how strongly they were identified, and what it may ask."""

    subject: str
    level: str
    scopes: frozenset[str]


class ServiceToken(HttpBearer):
    """Authentication of an operation by such a token; without an issuer set, nothing is let in."""

    def authenticate(self, request: HttpRequest, token: str) -> Told | None:
        """What the token says, or None for one that is not exactly as it should be."""
        issuer = settings.GDPR_API["issuer"]
        if not issuer:
            return None
        try:
            claims = _verified(token, issuer)
        except (JoseError, ValueError):
            return None
        return Told(str(claims["sub"]), str(claims.get("loa", "")), frozenset(_scopes(claims)))


def _verified(token: str, issuer: str) -> Mapping[str, Any]:
    """The claims. A key that is not known yet is asked of the issuer again, but not for every forged token."""
    try:
        decoded = jwt.decode(token, _keys(issuer, _KEYS_FOR_S, _turn(_KEYS_FOR_S)), algorithms=_ALGORITHMS)
    except InvalidKeyIdError:
        decoded = jwt.decode(token, _keys(issuer, _AGAIN_S, _turn(_AGAIN_S)), algorithms=_ALGORITHMS)
    jwt.JWTClaimsRegistry(
        leeway=30,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": settings.GDPR_API["audience"]},
        exp={"essential": True}, sub={"essential": True},
    ).validate(decoded.claims)  # fmt: skip
    return decoded.claims


def _turn(seconds: int) -> int:
    return int(time.time()) // seconds


@lru_cache(maxsize=8)
def _keys(issuer: str, _kept_s: int, _turn: int) -> KeySet:
    try:
        metadata = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=_WAIT_S).json()
        return KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=_WAIT_S).json())
    except (requests.RequestException, KeyError) as error:
        raise Unavailable(
            what="The issuer of tokens cannot be reached.",
            why=f"({type(error).__name__})",
            mend="Try again in a moment.",
        ) from error


def _scopes(claims: Mapping[str, Any]) -> Iterator[str]:
    """Scopes as either issuer tells them, by their last part: `gdprquery`."""
    told = claims.get(settings.GDPR_API["field"]) or []
    permissions = (claims.get("authorization") or {}).get("permissions") or []
    for scope in _flat([told, [permission.get("scopes", []) for permission in permissions]]):
        yield scope.rpartition(".")[2]


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _flat(item)
