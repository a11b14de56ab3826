"""A resident's own page of the air on their ways. What is asked is answered and forgotten."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from toimiva.capabilities.air.asking import HOME, PURPOSE, answer, may_read_home
from toimiva.capabilities.air.exposing import Exposure, Hour
from toimiva.capabilities.air.measures import Air, air_of
from toimiva.core.city.api import City, text_in
from toimiva.core.errors import NotFound
from toimiva.core.geography import api as geography
from toimiva.core.identity.api import Resident, resident_of

__all__ = ["my_air"]

_BY_DAY = range(6, 22)


class Asking(forms.Form):
    """From where, to where, and what one is sensitive to."""

    start = forms.ChoiceField(label=gettext_lazy("From where"))
    goal = forms.ChoiceField(label=gettext_lazy("To where"))
    sensitive = forms.MultipleChoiceField(
        label=gettext_lazy("What you are sensitive to"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, told: Any, city: City, air: Air, language: str, *, home: bool) -> None:
        super().__init__(told)
        areas = [(code, geography.area_name(city, code, language)) for code in geography.sub_areas(city)]
        own = [(HOME, _("Home"))] if home else []
        for end in ("start", "goal"):
            self.fields[end].choices = [*own, *sorted(areas, key=lambda pair: pair[1])]  # type: ignore[attr-defined]
        sensitivities = [(name, text_in(one.title, language)) for name, one in air.sensitivities.items()]
        self.fields["sensitive"].choices = sensitivities  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def my_air(request: HttpRequest) -> HttpResponse:
    """Choose a way; a POST tells of its air, and keeps nothing. Home is there with the consent only."""
    me = resident_of(request)
    assert me is not None  # noqa: S101 - the address is for residents
    air, language, home = air_of(me.city), request.LANGUAGE_CODE, may_read_home(me)
    form = Asking(request.POST or None, me.city, air, language, home=home)
    shown: dict[str, Any] = {
        "form": form, "consent": home, "purpose": PURPOSE, "resident": True, "synthetic": me.city.synthetic,
        "phone": me.city.customer_service_phone,
    }  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            shown |= _answered(me, air, form.cleaned_data, language)
        except NotFound as fault:
            form.add_error(None, _("Your home is not in the register. Choose the part of the city to start from."))
            return render(request, "air/my_air.html", shown, status=fault.status)
    return render(request, "air/my_air.html", shown)


def _answered(me: Resident, air: Air, told: dict[str, Any], language: str) -> dict[str, Any]:
    found = answer(me, told["start"], told["goal"])
    concerned = [(name, hour) for name in told["sensitive"] if (hour := _concerning(air, name, found.exposures))]
    return {
        "answered": True, "way": found.way, "minutes": found.minutes,
        "found": [_shown(me.city, air, one, language) for one in found.exposures],
        "advice": [
            {
                "text": text_in(air.sensitivities[name].advice, language), "at": hour.at.astimezone(me.city.zone),
                "now": any(hour is one.now for one in found.exposures),
            }
            for name, hour in concerned
        ],
        "simulated": any(one.simulated for one in found.exposures),
    }  # fmt: skip


def _concerning(air: Air, sensitivity: str, found: list[Exposure]) -> Hour | None:
    """The first hour, now or until tomorrow, in which a measure is at the sensitivity's class; None where none is."""
    one = air.sensitivities[sensitivity]
    mine = [each for each in found if each.measure in one.measures]
    hours = [hour for each in mine for hour in (each.now, *each.hours) if hour.level >= one.from_class]
    return min(hours, key=lambda hour: hour.at, default=None)


def _shown(city: City, air: Air, found: Exposure, language: str) -> dict[str, Any]:
    """A measure as the page tells it, with the lightest hour of the day."""
    measure = air.measures[found.measure]
    by_day = [hour for hour in found.hours if hour.at.astimezone(city.zone).hour in _BY_DAY]
    best = min(by_day, key=lambda hour: (hour.level, hour.value)) if by_day else None
    return {
        "title": text_in(measure.title, language), "unit": measure.unit, "source": text_in(measure.source, language),
        "now": _row(city, air, found.now, language), "worst": round(found.worst, 1), "sensors": found.sensors,
        "hours": [_row(city, air, hour, language) for hour in found.hours],
        "best": _row(city, air, best, language) if best else None,
        "missed": _mean([hour.error for hour in found.hours]), "blind": _mean(found.blind),
    }  # fmt: skip


def _row(city: City, air: Air, hour: Hour, language: str) -> dict[str, Any]:
    return {
        "at": hour.at.astimezone(city.zone), "value": round(hour.value, 1), "error": round(hour.error, 1),
        "level": text_in(air.classes[hour.level], language),
    }  # fmt: skip


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None
