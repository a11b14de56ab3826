"""Signing in and out, the sessions that are open, and choosing whom to act as on an open installation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from toimiva.core.errors import NotAllowed, NotFound
from toimiva.core.identity import oidc, sessions
from toimiva.core.identity.models import SignIn
from toimiva.core.identity.residents import find_resident, pseudonyms_of
from toimiva.core.identity.staff import act_as

__all__ = ["choose_official", "come_back", "end_session", "open_sessions", "sign_in", "sign_out"]

_NEXT = "after sign-in"
_FIRST = {"resident": "my_city", "official": "home"}


@require_POST
def choose_official(request: HttpRequest) -> HttpResponse:
    """Act as the sample official that was chosen, and go back to the page."""
    act_as(request, request.POST.get("official", ""))
    return redirect(_safe(request, request.POST.get("next", "/")))


def _safe(request: HttpRequest, address: str) -> str:
    """The address if it is of this site, else the first page."""
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else "/"


@require_safe
def sign_in(request: HttpRequest, kind: str) -> HttpResponse:
    """To the issuer for this kind of person."""
    _known(kind)
    request.session[_NEXT] = _safe(request, request.GET.get("next") or reverse(_FIRST[kind]))
    return oidc.send_away(request, kind, _back(kind))


def _known(kind: str) -> None:
    if kind not in oidc.KINDS:
        raise NotFound(what="There is no such way to sign in.", mend="Start from the first page.")


def _back(kind: str) -> str:
    return f"{settings.SITE_URL}{reverse('come_back', args=[kind])}"


@require_safe
def come_back(request: HttpRequest, kind: str) -> HttpResponse:
    """From the issuer, with a code: the identity is verified and the session begins with a new key."""
    _known(kind)
    following = request.session.get(_NEXT, reverse(_FIRST[kind]))
    claims = oidc.claims_of(request, kind)
    if kind == "resident":
        city, person = find_resident(str(claims.get(str(settings.ISSUERS[kind]["claim"]), "")))
        sessions.begin(request, kind=kind, who=person, city=city.id, level=str(claims.get("acr", "")),
                       subject=str(claims["sub"]))  # fmt: skip
    else:
        code = claims.get(str(settings.ISSUERS[kind]["claim"])) if settings.ISSUERS[kind]["claim"] else None
        sessions.begin(
            request, kind=kind, who=_name(claims), level=str(claims.get("acr", "")), roles=_roles(claims),
            persons=pseudonyms_of(str(code)) if code else {},
        )  # fmt: skip
    return redirect(following)


def _name(claims: Mapping[str, Any]) -> str:
    return str(claims.get("name") or claims["sub"])[:80]


def _roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Roles by the issuer's groups. Raises NotAllowed for one whose groups give none."""
    groups = claims.get("groups") or []
    roles = {role for group in groups for role in settings.STAFF_GROUPS.get(str(group), ())}
    if not roles:
        raise NotAllowed(what="Your groups give no role here.", mend="Ask whoever gives roles in your unit.")
    return tuple(sorted(roles))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session, and the issuer's where it says how."""
    row = sessions.current(request)
    sessions.end(request)
    away = oidc.send_out(request, row.kind, f"{settings.SITE_URL}/") if row else None
    return render(request, "identity/signed_out.html", {"away": away, "resident": True})


def _mine(request: HttpRequest) -> SignIn:
    row = sessions.current(request)
    assert row is not None  # noqa: S101 - these addresses are for who is signed in
    return row


@require_safe
def open_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    row = _mine(request)
    shown = {"sessions": sessions.list_open(row), "here": row.pk, "resident": True}
    return render(request, "identity/sessions.html", shown)


@require_POST
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's sessions, perhaps on another device."""
    row = _mine(request)
    sessions.end_one(row, number)
    messages.info(request, _("The session has ended."), extra_tags="done")
    return redirect("/" if number == row.pk else "open_sessions")
