"""The OAuth 2.0 authorization server (Authlib): codes with PKCE only, short access tokens, refresh tokens that turn.

Source: RFC 6749, RFC 7636, RFC 7009, RFC 8414, RFC 9700 (security best current practice).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from authlib.common.security import generate_token
from authlib.integrations.django_oauth2 import AuthorizationServer, RevocationEndpoint
from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from django.conf import settings
from django.utils import timezone

from toimiva.capabilities.sharing.models import Code, Permission, Service, Token, hashed
from toimiva.capabilities.sharing.permitting import end
from toimiva.core.city import api as cities

__all__ = ["SERVER", "metadata"]

_CODE_HOLDS = timedelta(minutes=1)
_ACCESS_HOLDS = timedelta(minutes=10)
_LONGEST = timedelta(days=180)  # then the resident is asked again
_METHODS = ["client_secret_basic", "client_secret_post", "none"]


class _Server(AuthorizationServer):
    """Tokens are kept as hashes."""

    def query_client(self, client_id: str) -> Service | None:
        return Service.objects.filter(pk=client_id, closed=None).first()

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        now, before = timezone.now(), getattr(request, "refresh_token", None)
        Token.objects.create(
            permission=request.user, access=hashed(token["access_token"]), refresh=hashed(token["refresh_token"]),
            scope=token["scope"], issued=now, expires=now + _ACCESS_HOLDS,
            ends=before.ends if before else now + _LONGEST,
        )  # fmt: skip

    def create_bearer_token_generator(self) -> BearerTokenGenerator:
        def new(*_arguments: Any, **_named: Any) -> str:
            return str(generate_token(48))

        return BearerTokenGenerator(new, new, lambda *_: int(_ACCESS_HOLDS.total_seconds()))


class _ByCode(AuthorizationCodeGrant):
    """A code for a permission, bound to the challenge and the address that the request named."""

    TOKEN_ENDPOINT_AUTH_METHODS = _METHODS

    def validate_authorization_request(self) -> str:
        redirect_uri = str(super().validate_authorization_request())
        data = self.request.payload.data
        if data.get("code_challenge_method") != "S256" or not data.get("code_challenge"):
            raise InvalidRequestError("A code_challenge by S256 is needed.", redirect_uri=redirect_uri)
        asked = (self.request.payload.scope or "").split()
        if not asked or self.request.client.get_allowed_scope(self.request.payload.scope).split() != asked:
            raise InvalidScopeError(redirect_uri=redirect_uri)
        return redirect_uri

    def save_authorization_code(self, code: str, request: Any) -> None:
        permission: Permission = request.user
        Code.objects.create(
            code=hashed(code), permission=permission, redirect_uri=request.payload.redirect_uri or "",
            challenge=request.payload.data["code_challenge"], expires=timezone.now() + _CODE_HOLDS,
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Service) -> Code | None:
        row = Code.objects.select_for_update().filter(pk=hashed(code), permission__service=client).first()
        if row is not None and row.used:
            _end(row.permission)
        return row if row and not row.used and row.expires > timezone.now() and not row.permission.ended else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        Code.objects.filter(pk=authorization_code.pk).update(used=True)

    def authenticate_user(self, authorization_code: Code) -> Permission:
        return authorization_code.permission


def _end(permission: Permission) -> None:
    """Somebody has used a secret a second time: nobody uses it any more."""
    if not permission.ended:
        end(permission, actor="rule", at=cities.now(permission.city))


class _Challenge(CodeChallenge):
    """Only by SHA-256."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def get_authorization_code_challenge(self, authorization_code: Code) -> str:
        return authorization_code.challenge

    def get_authorization_code_challenge_method(self, authorization_code: Code) -> str:
        return "S256"


class _ByRefresh(RefreshTokenGrant):
    """A refresh token is good once; the second time its whole permission ends."""

    TOKEN_ENDPOINT_AUTH_METHODS = _METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        row = Token.objects.select_for_update().filter(refresh=hashed(refresh_token)).first()
        if row is not None and row.refreshed:
            _end(row.permission)
        good = row is not None and not row.refreshed and not row.is_revoked() and row.ends > timezone.now()
        return row if good else None

    def authenticate_user(self, refresh_token: Token) -> Permission:
        return refresh_token.permission

    def revoke_old_credential(self, refresh_token: Token) -> None:
        Token.objects.filter(pk=refresh_token.pk).update(refreshed=True, revoked=True)


class _Revocation(RevocationEndpoint):
    """A service gives a token back."""

    CLIENT_AUTH_METHODS = _METHODS

    def query_token(self, token: str, token_type_hint: str | None) -> Token | None:
        digest = hashed(token)
        return Token.objects.filter(access=digest).first() or Token.objects.filter(refresh=digest).first()

    def revoke_token(self, token: Token, request: Any) -> None:
        Token.objects.filter(permission=token.permission).update(revoked=True)


SERVER = _Server(Service, Token)
SERVER.register_grant(_ByCode, [_Challenge(required=True)])
SERVER.register_grant(_ByRefresh)
SERVER.register_endpoint(_Revocation)


def metadata() -> dict[str, object]:
    """What a service reads of this server (RFC 8414)."""
    site = settings.SITE_URL
    return {
        "issuer": site, "authorization_endpoint": f"{site}/oauth/authorize/", "token_endpoint": f"{site}/oauth/token/",
        "revocation_endpoint": f"{site}/oauth/revoke/", "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"], "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": _METHODS, "revocation_endpoint_auth_methods_supported": _METHODS,
        "authorization_response_iss_parameter_supported": False,
    }  # fmt: skip
