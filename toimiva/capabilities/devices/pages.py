"""Devices for the officials who keep them: how each is, and adding one by its code; the webhook for networks."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.devices.health import health_of
from toimiva.capabilities.devices.onboarding import add
from toimiva.capabilities.devices.taking import take
from toimiva.capabilities.devices.telling import as_ultralight, tell
from toimiva.capabilities.devices.types import types_of
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, ToimivaError, TooLarge
from toimiva.core.ui.api import problem_details

__all__ = ["device_list", "device_tasks", "device_uplink"]

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
    """What a network's webhook brings; to a device that speaks UltraLight and asks (`getCmd=1`), its tasks."""
    asks = network == "ultralight" and request.GET.get("getCmd") == "1"
    try:
        content = _content(request)
        new = take(network, content, request.GET, key=_key(request)) if content or not asks or "d" in request.GET else 0
        if asks:
            number = request.GET.get("i", "")
            return HttpResponse(as_ultralight(number, tell(number, _key(request))), content_type="text/plain")
    except ToimivaError as error:
        return JsonResponse(problem_details(error), status=error.status)
    return JsonResponse({"new": new}, status=201 if new else 200)


@require_safe
def device_tasks(request: HttpRequest) -> HttpResponse:
    """What a device (`i`) is to do that it has not been told, or what came after a task (`after`), as JSON."""
    try:
        tasks = tell(request.GET.get("i", ""), _key(request), _after(request))
    except ToimivaError as error:
        return JsonResponse(problem_details(error), status=error.status)
    told = [{"id": one.id, "name": one.name, "at": one.at, "parameters": dict(one.parameters)} for one in tasks]
    return JsonResponse({"tasks": told})


def _key(request: HttpRequest) -> str:
    headers = request.headers
    bearer = headers.get("Authorization", "").removeprefix("Bearer ")
    return bearer or headers.get("X-Device-Key", "") or request.GET.get("k", "")


def _after(request: HttpRequest) -> int | None:
    text = request.GET.get("after")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid(what="after is no number of a task.", mend="Send the id of the last task that was told.")
    return int(text)


def _content(request: HttpRequest) -> bytes:
    content = request.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise TooLarge(what=f"An uplink has {_LARGEST // 1024} kB at most.", mend="Send what a device sends.")
    return content
