"""Services of others, and who has let them in. Personal data: a pseudonym with the services it has let in.

Kept for proof for a year after it has ended.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

__all__ = ["Code", "Permission", "Service", "Token", "hashed"]


def hashed(secret: str) -> str:
    """A code, token or client secret as it is kept."""
    return salted_hmac("sharing", secret, algorithm="sha256").hexdigest()


class Service(models.Model, ClientMixin):
    """A service of another: an OAuth client of a city, for some purposes. Without a secret it is a public client."""

    id = models.CharField(max_length=40, primary_key=True)
    city = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    homepage = models.URLField()
    redirect_uris = models.JSONField(default=list)
    purposes = models.JSONField(default=list)
    secret = models.CharField(max_length=64, blank=True)
    registered = models.DateTimeField()
    closed = models.DateTimeField(null=True)

    @property
    def client_id(self) -> str:
        """As Authlib calls it."""
        return str(self.pk)

    def get_client_id(self) -> str:
        return str(self.pk)

    def get_default_redirect_uri(self) -> str | None:
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(name for name in (scope or "").split() if name in self.purposes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and constant_time_compare(self.secret, hashed(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in (("client_secret_basic", "client_secret_post") if self.secret else ("none",))

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class Permission(models.Model):
    """A resident lets a service in, for some purposes; in force until it has ended."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="permissions")
    city = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    purposes = models.JSONField(default=list)
    given = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["city", "person"])]


class Code(models.Model, AuthorizationCodeMixin):
    """An authorization code: good once, for a minute. A second use is a thief's or its owner's after a thief."""

    code = models.CharField(max_length=64, primary_key=True)
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE)
    redirect_uri = models.TextField()
    challenge = models.CharField(max_length=128)
    expires = models.DateTimeField()
    used = models.BooleanField(default=False)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.permission.purposes)


class Token(models.Model, TokenMixin):
    """An access token with its refresh token, both hashed; a refresh token is good once, and none after it `ends`."""

    permission = models.ForeignKey(Permission, on_delete=models.CASCADE, related_name="tokens")
    access = models.CharField(max_length=64, unique=True)
    refresh = models.CharField(max_length=64, unique=True)
    scope = models.TextField()
    issued = models.DateTimeField()
    expires = models.DateTimeField()
    ends = models.DateTimeField()
    refreshed = models.BooleanField(default=False)
    revoked = models.BooleanField(default=False)

    def check_client(self, client: Service) -> bool:
        return bool(self.permission.service_id == client.pk)

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return int((self.expires - self.issued).total_seconds())

    def is_expired(self) -> bool:
        return timezone.now() >= self.expires

    def is_revoked(self) -> bool:
        return bool(self.revoked or self.permission.ended)

    def get_user(self) -> Any:
        return self.permission

    def get_client(self) -> Service:
        return self.permission.service
