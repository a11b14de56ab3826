"""A development issuer: an OpenID provider inside the site, where one chooses which sample person to be.

It proves nothing and so never runs in production: the settings refuse it, and its addresses are for development only.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from joserfc import jwt
from joserfc.jwk import RSAKey

from toimiva.core.city import api as cities
from toimiva.core.errors import NotAllowed
from toimiva.core.identity.residents import IDENTIFYING
from toimiva.core.identity.staff import SAMPLE_OFFICIALS
from toimiva.core.lake import api as lake
from toimiva.core.people import api as people

__all__ = ["authorize", "configuration", "jwks", "token"]

LEVEL = "http://eidas.europa.eu/LoA/substantial"
_SALT = "development issuer"
_CODE_S = 120


def _address(request: HttpRequest) -> str:
    return str(settings.DEVELOPMENT_ISSUER)


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Discovery."""
    here = _address(request)
    return JsonResponse({
        "issuer": here, "authorization_endpoint": f"{here}/authorize/", "token_endpoint": f"{here}/token/",
        "jwks_uri": f"{here}/jwks/", "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
    })  # fmt: skip


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The public key."""
    return JsonResponse({"keys": [_key().as_dict(private=False)]})


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """A page to choose a sample person on; then back with a code."""
    asked = {
        name: request.GET.get(name, "") for name in ("redirect_uri", "state", "nonce", "code_challenge", "client_id")
    }
    if not asked["redirect_uri"].startswith(f"{settings.SITE_URL}/"):
        raise NotAllowed(what="This address is not of this site.", mend="Start again from the first page.")
    kind = asked["client_id"]
    if request.method == "POST":
        code = signing.dumps(asked | {"chosen": request.POST.get("person", "")}, salt=_SALT)
        return HttpResponseRedirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
    samples = (
        _samples() if kind == "resident" else [{"sub": name, "name": name, "about": ""} for name in SAMPLE_OFFICIALS]
    )
    return render(request, "identity/development.html", {"samples": samples, "kind": kind, "resident": True})


def _samples() -> list[dict[str, str]]:
    """Some people of the synthetic cities who have children, so that there is something to see."""
    found = []
    for name in cities.cities():
        city = cities.load(name)
        if city.synthetic and "population.residents" in lake.tables(name):
            found += [
                {"sub": sample.identity_code, "name": sample.name, "about": cities.text_in(city.names, "en")}
                for sample in people.samples(city, purpose=IDENTIFYING, actor="development issuer")
            ]
    return found


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """An identity token for a code, if the proof of possession (PKCE) fits."""
    try:
        asked = signing.loads(request.POST.get("code", ""), salt=_SALT, max_age=_CODE_S)
    except signing.BadSignature:
        return JsonResponse({"error": "invalid_grant"}, status=400)
    digest = hashlib.sha256(request.POST.get("code_verifier", "").encode()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
        return JsonResponse({"error": "invalid_grant"}, status=400)
    return JsonResponse({
        "access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60,
        "id_token": jwt.encode({"alg": "RS256", "kid": _key().kid}, _claims(request, asked), _key()),
    })  # fmt: skip


def _claims(request: HttpRequest, asked: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": _address(request), "aud": asked["client_id"], "sub": asked["chosen"], "nonce": asked["nonce"],
        "iat": now, "exp": now + 60, "acr": LEVEL,
    }  # fmt: skip
    if asked["client_id"] == "resident":
        return claims | {str(settings.ISSUERS["resident"]["claim"]): asked["chosen"]}
    return claims | {"name": asked["chosen"], "groups": ["everything"]}


@lru_cache(maxsize=1)
def _key() -> RSAKey:
    """The home's own key, made when first needed and readable by its owner only."""
    path = settings.HOME / "development-issuer-key.pem"
    if not path.exists():
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
        part.replace(path)
    key = RSAKey.import_key(path.read_bytes())
    key.ensure_kid()
    return key
