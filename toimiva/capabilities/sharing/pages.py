"""Asking a resident whether a service may fetch their data; the services they have let in; the server's addresses."""

from __future__ import annotations

from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.sharing.permitting import end_permission, permissions_of, permit
from toimiva.capabilities.sharing.server import SERVER, metadata
from toimiva.core.city import api as cities
from toimiva.core.errors import NotAllowed
from toimiva.core.identity.api import Resident, resident_of
from toimiva.core.ui.api import content_policy

__all__ = ["authorize", "configuration", "end_service", "my_services", "revoke", "token"]


def _me(request: HttpRequest) -> Resident:
    found = resident_of(request)
    assert found is not None  # noqa: S101 - these addresses are for residents
    return found


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """What a service asks for, in words; with a yes, it gets a code and the resident goes back to it."""
    me = _me(request)
    try:
        grant = SERVER.get_consent_grant(request, end_user=None)
    except OAuth2Error as error:
        return _refused(request, error)
    service = grant.client
    if service.city != me.city.id:
        raise NotAllowed(what=f"{service.name} is not registered with {me.city.id}.", mend="Ask whoever runs it.")
    wanted = grant.request.payload.scope.split()
    if request.method == "POST":
        return _answered(request, me, grant, wanted)
    told = [profile.tell(me.city, me.person, purpose, request.LANGUAGE_CODE) for purpose in wanted]
    shown = {
        "service": service, "purposes": told, "resident": True, "synthetic": me.city.synthetic,
        "city": cities.text_in(me.city.names, request.LANGUAGE_CODE),
    }  # fmt: skip
    response = render(request, "sharing/authorize.html", shown)
    # The answer of the form leads on to the service: its origin is the only other one that the form may reach.
    response.headers["Content-Security-Policy"] = content_policy(leads_to=_origin(grant.redirect_uri))
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _refused(request: HttpRequest, error: OAuth2Error) -> HttpResponse:
    """A request that is not right: to the service where its address is known to be its own, else told here."""
    if error.redirect_uri:
        return SERVER.handle_error_response(SERVER.create_oauth2_request(request), error)
    raise NotAllowed(what="A service asked for your data in a wrong way.", why=error.description or error.error,
                     mend="Nothing was given. Tell whoever runs the service.")  # fmt: skip


def _answered(request: HttpRequest, me: Resident, grant: object, wanted: list[str]) -> HttpResponse:
    at = cities.now(me.city.id)
    with transaction.atomic():
        permission = None
        if request.POST.get("answer") == "allow":
            versions = {purpose: request.POST.get(f"version-{purpose}", "") for purpose in wanted}
            permission = permit(me, grant.client, wanted, versions, at=at)  # type: ignore[attr-defined]
        return SERVER.create_authorization_response(request, grant_user=permission, grant=grant)


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A code or a refresh token becomes an access token."""
    with transaction.atomic():
        return SERVER.create_token_response(request)


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """A service gives a token back."""
    return SERVER.create_endpoint_response("revocation", request)


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """What a service reads of this server (RFC 8414)."""
    return JsonResponse(metadata())


@require_safe
def my_services(request: HttpRequest) -> HttpResponse:
    """Services that one has let in."""
    me, language = _me(request), request.LANGUAGE_CODE
    rows = [
        {"row": row, "purposes": [profile.tell(me.city, me.person, name, language) for name in row.purposes]}
        for row in permissions_of(me.city, me.person)
    ]
    return render(
        request, "sharing/services.html", {"services": rows, "resident": True, "synthetic": me.city.synthetic}
    )


@require_POST
def end_service(request: HttpRequest, permission: int) -> HttpResponse:
    """Let it fetch nothing any more."""
    me = _me(request)
    end_permission(me.city, me.person, permission, at=cities.now(me.city.id))
    messages.info(request, _("It can fetch nothing any more."), extra_tags="done")
    return redirect("my_services")
