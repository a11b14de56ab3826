"""Choosing whom to act as, on an open installation only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from toimiva.core.identity.staff import act_as

__all__ = ["choose_official"]


@require_POST
def choose_official(request: HttpRequest) -> HttpResponse:
    """Act as the sample official that was chosen, and go back to the page."""
    act_as(request, request.POST.get("official", ""))
    following = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()})
    return redirect(following if safe else "/")
