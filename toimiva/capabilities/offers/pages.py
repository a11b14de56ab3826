"""The offer page, opened by the link in a message; and the phones of the embedded network."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.offers.answering import answer_now
from toimiva.capabilities.offers.choosing import wish_for
from toimiva.capabilities.offers.links import recipient_of
from toimiva.capabilities.offers.mapping import map_of_places, places_as_geojson
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.offers.reading import free_seats
from toimiva.capabilities.offers.wording import Wording, called, day_text, distance_text, outcome_words, state_words
from toimiva.capabilities.offers.wordings import wording_for
from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound

__all__ = ["offer", "phone", "phones", "places"]

_PHONES = 40
LANGUAGE_CHOSEN = "django_language"


@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """See an offer and answer it. The link is the key to this offer only; it tells no address."""
    row = recipient_of(token)
    if LANGUAGE_CHOSEN not in request.COOKIES:
        translation.activate(row.language)
        request.LANGUAGE_CODE = row.language
    if request.method == "POST":
        _act(request, row)
        return redirect("offer", token=token)
    return render(request, "offers/offer.html", _shown(row, translation.get_language() or "fi"))


def _act(request: HttpRequest, row: Recipient) -> None:
    now = cities.now(row.offer.city)
    action = request.POST.get("action")
    if action in ("yes", "no"):
        outcome = answer_now(row.offer_id, row.guardian, action == "yes", at=now)
        messages.info(
            request, str(outcome_words(outcome)), extra_tags="done" if outcome in ("accepted", "declined") else ""
        )
    elif action == "wish":
        wish_for(row.offer_id, request.POST.getlist("unit"), guardian=row.guardian, at=now)
        messages.info(request, _("Your wishes are noted. We answer by text message."), extra_tags="done")


def _shown(row: Recipient, language: str) -> dict[str, Any]:
    offer_row, wording = row.offer, wording_for(row.offer)
    city = wording.service.city
    values = wording.values(offer_row, language)
    now = cities.now(city.id)
    choices = _choices(offer_row, wording, language)
    table = wording.service.definition.allocation.units
    return {
        "map": map_of_places(city, table, _places(offer_row, wording, choices, language), language),
        "offer": offer_row, "values": values, "resident": True, "because": _because(offer_row, wording, language),
        "closes": day_text(offer_row.closes.astimezone(city.zone).date(), language, year=True),
        "choices": choices, "group_label": wording.service.texts[language]["group_label"],
        "title": cities.text_in(wording.service.definition.names, language),
        "can_answer": offer_row.state in ("open", "declined") and now <= offer_row.closes,
        "can_wish": offer_row.state == "declined" and offer_row.wave == 1 and now <= offer_row.closes,
        "synthetic": city.synthetic, "city": cities.text_in(city.names, language),
    }  # fmt: skip


def _places(row: Offer, wording: Wording, choices: list[dict[str, Any]], language: str) -> list[tuple[str, str]]:
    """(unit, name) of the offered place and of those that may be chosen instead."""
    name = cities.text_in(dict(wording.units[row.unit]), language)
    return [(row.unit, name), *((choice["unit"], choice["name"]) for choice in choices)]


@require_safe
def places(request: HttpRequest, token: str) -> JsonResponse:
    """The places of an offer as GeoJSON, for its map."""
    row = recipient_of(token).offer
    wording, language = wording_for(row), request.LANGUAGE_CODE
    table = wording.service.definition.allocation.units
    names = _places(row, wording, _choices(row, wording, language), language)
    shown = places_as_geojson(wording.service.city, table, names, language)
    if shown is None:
        raise NotFound(what="These places have no coordinates.", mend="See the list of places.")
    return JsonResponse(shown, content_type="application/geo+json")


def _because(row: Offer, wording: Wording, language: str) -> list[str]:
    """Why, in the service's words: the reason by rule, and what counted for the unit."""
    basis, texts = json.loads(row.basis), wording.service.texts[language]
    counted = [f"placement_{name}" for name in ("sibling", "present_unit", "own_area") if basis["placement"][name]]
    return [texts["because"][basis["finding"]["because"]], *(texts[key] for key in counted)]


def _choices(row: Offer, wording: Wording, language: str) -> list[dict[str, Any]]:
    free = free_seats(row.round)
    return [
        {
            "unit": choice["unit"], "name": cities.text_in(dict(wording.units[choice["unit"]]), language),
            "distance": distance_text(choice["travel_m"], language),
            "free": free.get((choice["unit"], row.group), 0) > 0,
            "wished": choice["unit"] in row.wishes,
        }
        for choice in row.choices
    ]  # fmt: skip


@require_safe
def phones(request: HttpRequest) -> HttpResponse:
    """Phones that have had a message: for demonstrations, training and tests."""
    rows = Recipient.objects.select_related("offer").exclude(phone="").order_by("-pk")
    waiting = list(rows.filter(offer__state="open")[:_PHONES])
    answered = list(rows.exclude(offer__state="open")[: _PHONES - len(waiting)])
    shown = [_phone_row(row) for row in (*waiting, *answered)]
    return render(request, "offers/phones.html", {"recipients": shown})


def _phone_row(row: Recipient) -> dict[str, Any]:
    service = services.get_service(cities.load(row.offer.city), row.offer.service)
    child = called(row.offer.child_name, service, translation.get_language() or "fi")
    return {"row": row, "child": child, "state": state_words(row.offer.state)}


@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest, number: str) -> HttpResponse:
    """One phone of the embedded network: read its messages, answer as its owner would."""
    number = f"+{number}"
    row = Recipient.objects.select_related("offer").filter(phone=number).order_by("-pk").first()
    if row is None:
        raise NotFound(what=f"No message was sent to {number}.", mend="Choose a phone from the list.")
    if request.method == "POST":
        text = request.POST.get("text", "").strip()[:300]
        if text:
            at = cities.now(row.offer.city)
            channels.write_many([(f"page/{number}/{timezone.now().timestamp()}", number, text, at)])
            return redirect("phone", number=number.lstrip("+"))
    texts = channels.texts_of(number)
    template = "offers/phone_texts.html" if request.htmx else "offers/phone.html"  # type: ignore[attr-defined]
    return render(request, template, {"texts": texts, "number": number, "owner": row.name, "city": row.offer.city})
