"""A resident's own pages: what waits, what the city has, who looked, the archive and the erasure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.profile.archiving import archive_of
from toimiva.capabilities.profile.correcting import STATE_WORDS, ask_correction, asked_by, field_title
from toimiva.capabilities.profile.family import Child, child_of, children_of
from toimiva.capabilities.profile.having import Entry, own_data, value_in
from toimiva.capabilities.profile.mandating import mandates_held, names_of_actors
from toimiva.capabilities.profile.using import uses_of
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.identity.api import Resident, resident_of
from toimiva.core.retention import api as retention

__all__ = ["childs_data", "me_of", "my_archive", "my_city", "my_data", "my_erasure", "my_uses", "offer_row", "shown_of"]


def me_of(request: HttpRequest) -> Resident:
    """Who is signed in."""
    found = resident_of(request)
    assert found is not None  # noqa: S101 - these addresses are for residents
    return found


@require_safe
def my_city(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, what has been decided, and the children one acts for."""
    me, language = me_of(request), request.LANGUAGE_CODE
    told = [offer_row(offer, me, language) for offer in offers.offers_to(me.city.id, me.person)]
    shown = {
        "waiting": [row for row in told if row["offer"].state == "open"],
        "settled": [row for row in told if row["offer"].state != "open"],
        "children": children_of(me.city, me.person),
        "held": mandates_held(me.city, me.person, at=cities.now(me.city.id)),
    }
    shown["city_id"] = me.city.id
    return render(request, "profile/my_city.html", shown | shown_of(me, language))


def shown_of(me: Resident, language: str) -> dict[str, Any]:
    """What every page of one's own shows."""
    return {
        "resident": True, "synthetic": me.city.synthetic, "city": cities.text_in(me.city.names, language),
        "phone": me.city.customer_service_phone,
    }  # fmt: skip


def offer_row(offer: offers.OfferView, me: Resident, language: str) -> dict[str, Any]:
    """An offer as a list shows it."""
    service = services.get_service(me.city, offer.service)
    return {
        "offer": offer, "service": cities.text_in(service.definition.names, language),
        "child": offers.called(offer.child_name, service, language),
        "closes": offers.day_text(offer.closes.astimezone(me.city.zone).date(), language, year=True),
        "token": offers.token_of(offer.id, me.person), "state": offers.state_words(offer.state),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def my_data(request: HttpRequest) -> HttpResponse:
    """What the registers have about oneself; a POST asks for a correction."""
    return _data(request, me_of(request), None)


@require_http_methods(["GET", "POST"])
def childs_data(request: HttpRequest, person: str) -> HttpResponse:
    """What the registers have about a child in one's custody; a POST asks for a correction."""
    me = me_of(request)
    return _data(request, me, child_of(me.city, me.person, person))


def _data(request: HttpRequest, me: Resident, child: Child | None) -> HttpResponse:
    language, person = request.LANGUAGE_CODE, child.person if child else me.person
    entries = own_data(me.city, person, reader=me.person, language=language)
    if request.method == "POST":
        _ask_correction(request, me, person, entries)
        return redirect(request.path)
    asked = [
        {"row": row, "title": field_title(row, language), "state": STATE_WORDS[row.state]}
        for row in asked_by(me.city, me.person)
        if row.person == person
    ]
    shown = {"entries": entries, "child": child, "asked": asked}
    return render(request, "profile/data.html", shown | shown_of(me, language))


def _ask_correction(request: HttpRequest, me: Resident, person: str, entries: Sequence[Entry]) -> None:
    table, _colon, field = request.POST.get("field", "").partition(":")
    wanted = request.POST.get("wanted", "")[:1000]
    at = cities.now(me.city.id)
    was = value_in(entries, table, field)
    ask_correction(me.city, person, table, field, was=was, wanted=wanted, by=me.person, at=at)
    messages.info(request, _("Your request has been sent. It is answered within a month."), extra_tags="done")


@require_safe
def my_uses(request: HttpRequest) -> HttpResponse:
    """Who has looked at one's own data and one's children's."""
    me, language = me_of(request), request.LANGUAGE_CODE
    persons = [me.person, *(child.person for child in children_of(me.city, me.person))]
    uses = uses_of(me.city, persons, language=language, names=names_of_actors(me.city, me.person))
    return render(request, "profile/uses.html", {"uses": uses} | shown_of(me, language))


@require_safe
def my_archive(request: HttpRequest) -> HttpResponse:
    """All of it as one file to keep."""
    me = me_of(request)
    packed = archive_of(me.city, me.person, language=request.LANGUAGE_CODE)
    name = f"{me.city.id}-{cities.now(me.city.id).astimezone(me.city.zone):%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(packed, content_type="application/zip", headers=headers)


class Sure(forms.Form):
    """That one means it."""

    sure = forms.BooleanField(label=gettext_lazy("I understand that this cannot be undone"))


@require_http_methods(["GET", "POST"])
def my_erasure(request: HttpRequest) -> HttpResponse:
    """What an erasure would do; and, when one is sure, doing it."""
    me = me_of(request)
    form = Sure(request.POST or None)
    if request.method == "POST" and form.is_valid():
        certificate = retention.erase(me.city, me.person, actor=me.person, at=cities.now(me.city.id))
        request.session.flush()
        shown = {"certificate": certificate, "resident": True}
        return render(request, "profile/erased.html", shown)
    plan = retention.plan_of(me.city, me.person)
    shown = {
        "goes": plan.holdings("erase"), "stays": plan.holdings("keep"), "waits": plan.holdings("wait"), "form": form,
    }  # fmt: skip
    return render(
        request, "profile/erasure.html", shown | shown_of(me, request.LANGUAGE_CODE), status=422 if form.errors else 200
    )
