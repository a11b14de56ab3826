"""Hooks for people: whoever has the key sees them, adds one, tries it and ends it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from toimiva.capabilities.developers import api as developers
from toimiva.capabilities.webhooks import subscribing
from toimiva.capabilities.webhooks.delivering import last_of
from toimiva.capabilities.webhooks.telling import try_out
from toimiva.capabilities.webhooks.topics import TOPICS
from toimiva.core.errors import Conflict, Invalid, NotFound

__all__ = ["hooks"]

_SHOWN = 5


class Adding(forms.Form):
    """An address and its topics."""

    url = forms.CharField(label=gettext_lazy("Address of your program"), max_length=500)
    topics = forms.MultipleChoiceField(label=gettext_lazy("Topics"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["topics"].choices = [(name, topic.about) for name, topic in TOPICS.items()]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def hooks(request: HttpRequest) -> HttpResponse:
    """What there is to be told; with a key its hooks, and what may be done with them."""
    shown: dict[str, Any] = {"topics": TOPICS.items(), "form": Adding(), "resident": True}
    if request.method == "GET":
        return render(request, "webhooks/hooks.html", shown)
    secret = request.POST.get("key", "").strip()
    key = developers.find(secret)
    if key is None:
        shown["fault"] = _("This key is unknown or has ended.")
        return render(request, "webhooks/hooks.html", shown, status=404)
    shown |= _done(request, key, request.POST)
    rows = [{"hook": row, "notices": last_of(row, _SHOWN)} for row in subscribing.hooks_of(key)]
    status = 422 if shown["form"].errors or "fault" in shown else 200
    return render(request, "webhooks/hooks.html", shown | {"key": key, "secret": secret, "rows": rows}, status=status)


def _done(request: HttpRequest, key: developers.Key, told: QueryDict) -> dict[str, Any]:
    """Do what the button says; what the page shows of it."""
    try:
        match told.get("action", "show"):
            case "add":
                return _add(key, told)
            case "try":
                try_out(subscribing.hook_of(key, _number(told)))
                messages.info(request, _("A trial is on its way. Look again in a moment."), extra_tags="done")
            case "end":
                subscribing.end(subscribing.hook_of(key, _number(told)))
                messages.info(request, _("The hook has ended."), extra_tags="done")
    except NotFound:
        return {"fault": _("The hook has ended already.")}
    return {}


def _add(key: developers.Key, told: QueryDict) -> dict[str, Any]:
    form = Adding(told)
    if not form.is_valid():
        return {"form": form}
    try:
        row = subscribing.subscribe(key, form.cleaned_data["url"], form.cleaned_data["topics"])
    except Invalid:
        form.add_error("url", _("The address cannot be used: it must be a public HTTPS address that can be found."))
        return {"form": form}
    except Conflict:
        form.add_error("url", _("The key has as many hooks as it may. End one that you need no more."))
        return {"form": form}
    try_out(row)
    return {"made": row, "made_secret": subscribing.secret_of(row)}


def _number(told: QueryDict) -> int:
    text = told.get("hook", "")
    return int(text) if text.isdecimal() and len(text) < 16 else 0
