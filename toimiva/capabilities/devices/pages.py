"""Devices for the officials who keep them: how each is, and adding one by its code; the webhook for networks."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from toimiva.capabilities.devices.health import health_of
from toimiva.capabilities.devices.onboarding import add
from toimiva.capabilities.devices.taking import take
from toimiva.capabilities.devices.types import types_of
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, ToimivaError, TooLarge
from toimiva.core.ui.api import problem_details

__all__ = ["device_list", "device_uplink"]

_LARGEST = 256 * 1024
RULE_WORDS = {
    "silent": gettext_lazy("silent"),
    "battery": gettext_lazy("battery low"),
    "stuck": gettext_lazy("value stuck"),
    "drifting": gettext_lazy("far from the others"),
}


class Adding(forms.Form):
    """A device at its place."""

    kind = forms.ChoiceField(label=gettext_lazy("Type"))
    code = forms.CharField(label=gettext_lazy("Code, scanned or typed"), max_length=200)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    group = forms.CharField(label=gettext_lazy("School, if it is in one"), max_length=120, required=False)
    longitude = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180)
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90)

    def __init__(self, city: cities.City, language: str, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        kinds = [(one.id, cities.text_in(one.name, language)) for one in types_of(city).values()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def device_list(request: HttpRequest, city: str) -> HttpResponse:
    """Devices with their health, those that are unwell first; adding one."""
    found = cities.load(city)
    form = Adding(found, request.LANGUAGE_CODE, request.POST or None)
    added, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            told = form.cleaned_data
            try:
                added, status = add(found, told.pop("kind"), told.pop("code"), **told), 200
            except (Conflict, Invalid) as fault:
                form.add_error(None, f"{fault.what} {fault.mend}")
    rows = [
        {"device": one.device, "wrong": [RULE_WORDS[rule] for rule in one.wrong]}
        for one in health_of(found, at=cities.now(found.id))
    ]
    name = cities.text_in(found.names, request.LANGUAGE_CODE)
    shown = {"city": found, "name": name, "rows": rows, "form": form, "added": added}
    return render(request, "devices/devices.html", shown, status=status)


@csrf_exempt
@require_http_methods(["POST", "GET"])
def device_uplink(request: HttpRequest, network: str) -> HttpResponse:
    """What a network's webhook brings."""
    key = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.headers.get("X-Device-Key", "")
    try:
        new = take(network, _content(request), request.GET, key=key)
    except ToimivaError as error:
        return JsonResponse(problem_details(error), status=error.status)
    return JsonResponse({"new": new}, status=201 if new else 200)


def _content(request: HttpRequest) -> bytes:
    content = request.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise TooLarge(what=f"An uplink has {_LARGEST // 1024} kB at most.", mend="Send what a device sends.")
    return content
