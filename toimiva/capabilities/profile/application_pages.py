"""What one may apply for, what one has applied for, and applying."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.applications import api as applications
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.profile.applying import filling, service_with_form, services_with_forms
from toimiva.capabilities.profile.pages import me_of, offer_row, shown_of
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict

__all__ = ["apply_to", "my_applications"]


@require_safe
def my_applications(request: HttpRequest) -> HttpResponse:
    """Services that one may apply to, and one's applications with their answers."""
    me, language = me_of(request), request.LANGUAGE_CODE
    forms = [
        {
            "id": service.id, "title": cities.text_in(service.form.title, language),
            "about": cities.text_in(service.form.about, language) if service.form.about else "",
        }
        for service in services_with_forms(me.city) if service.form
    ]  # fmt: skip
    sent = [applications.read(row, language) for row in applications.sent_by(me.city, me.person)]
    return render(request, "profile/applications.html", {"forms": forms, "sent": sent} | shown_of(me, language))


@require_http_methods(["GET", "POST"])
def apply_to(request: HttpRequest, service: str) -> HttpResponse:
    """A service's form; a POST sends the application."""
    me, language = me_of(request), request.LANGUAGE_CODE
    found = service_with_form(me.city, service)
    form = filling(found, me.person, request.POST or None, language)
    if request.method == "POST" and form.is_valid():
        try:
            at = cities.now(me.city.id)
            row = applications.send(found, form.whom(), form.answers(), by=me.person, at=at)
            day = offers.day_text(row.due.astimezone(me.city.zone).date(), language, year=True)
            words = _("Your application has been sent. It is answered by %(day)s.") % {"day": day}
            messages.info(request, words, extra_tags="done")
            return redirect("my_applications")
        except Conflict:
            words = _("An application for them is waiting for its answer already. Wait for it, or call us.")
            form.add_error(None, words)
    shown: dict[str, Any] = {"form": form, "title": cities.text_in(form.application.title, language)}
    shown["about"] = cities.text_in(form.application.about, language) if form.application.about else ""
    shown["waiting"] = [
        offer_row(offer, me, language) for offer in offers.offers_to(me.city.id, me.person)
        if offer.service == found.id and offer.state == "open"
    ]  # fmt: skip
    shown |= shown_of(me, language)
    return render(request, "profile/apply.html", shown, status=422 if form.errors else 200)
