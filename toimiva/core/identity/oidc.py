"""OpenID Connect: authorization code with PKCE, by Authlib; one issuer for residents, another for officials."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import OAuth
from authlib.integrations.django_client.apps import DjangoOAuth2App
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from toimiva.core.errors import NotAllowed, NotFound, Unavailable

__all__ = ["KINDS", "claims_of", "send_away", "send_out"]

KINDS = ("resident", "official")
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # never "none", and no shared secrets


@lru_cache(maxsize=16)
def _client(kind: str, issuer: str, client: str, secret: str) -> DjangoOAuth2App:
    registry = OAuth()
    scope = settings.ISSUERS[kind]["scope"]
    return registry.register(
        kind, server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=client, client_secret=secret or None,
        client_kwargs={"scope": scope, "code_challenge_method": "S256", "timeout": 10},
    )  # fmt: skip


def _client_of(kind: str) -> DjangoOAuth2App:
    told = settings.ISSUERS.get(kind)
    if not told or not told["issuer"]:
        raise NotFound(
            what="Nobody can sign in here yet.", mend=f"Set TOIMIVA_{kind.upper()}_ISSUER and its client, see settings."
        )
    return _client(kind, told["issuer"], told["client"], told["secret"])


def send_away(request: HttpRequest, kind: str, back: str) -> HttpResponse:
    """To the issuer, to come back to `back`. Raises Unavailable when it cannot be reached."""
    levels = " ".join(map(str, settings.ISSUERS[kind]["levels"]))
    try:
        return _client_of(kind).authorize_redirect(request, back, **({"acr_values": levels} if levels else {}))
    except requests.RequestException as error:
        raise _unreachable(error) from error


def claims_of(request: HttpRequest, kind: str) -> Mapping[str, Any]:
    """The claims of the identity token that the issuer gave for this request, verified.

    Raises NotAllowed for anything that is not exactly as it should be, Unavailable when the issuer cannot be reached.
    """
    client = _client_of(kind)
    try:
        metadata = client.load_server_metadata()
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in _ALGORITHMS]
        token = client.authorize_access_token(request, claims_options=_claims(kind, client.client_id), leeway=30)
    except requests.RequestException as error:
        raise _unreachable(error) from error
    except (OAuthError, JoseError, ValueError, KeyError) as error:
        raise _refused(type(error).__name__) from error
    claims: Mapping[str, Any] | None = token.get("userinfo")
    if claims is None:
        raise _refused("no identity token")
    return claims


def _claims(kind: str, client: str) -> dict[str, Any]:
    """What every token must say: from this issuer, for this client, of a level that is strong enough."""
    levels = settings.ISSUERS[kind]["levels"]
    wanted: dict[str, Any] = {
        "iss": {"essential": True, "value": settings.ISSUERS[kind]["issuer"]},
        "aud": {"essential": True, "value": client},
        "exp": {"essential": True}, "sub": {"essential": True},
    }  # fmt: skip
    return wanted | ({"acr": {"essential": True, "values": levels}} if levels else {})


def send_out(request: HttpRequest, kind: str, back: str) -> str | None:
    """Where the issuer ends its own session; None where it does not say."""
    client = _client_of(kind)
    try:
        found = client.load_server_metadata().get("end_session_endpoint")
        return client.create_logout_url(back, client_id=client.client_id)["url"] if found else None
    except requests.RequestException:
        return None


def _refused(reason: str) -> NotAllowed:
    return NotAllowed(what="The sign-in did not succeed.", why=f"({reason})", mend="Start again from the first page.")


def _unreachable(error: Exception) -> Unavailable:
    return Unavailable(
        what="The sign-in service cannot be reached.", why=f"({type(error).__name__})", mend="Try again in a moment."
    )
