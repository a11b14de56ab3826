"""The developer portal: how to begin, a key by e-mail, what it uses, the documentation; and keys for the reviewer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.developers import keys
from toimiva.capabilities.developers.changes import changes
from toimiva.capabilities.developers.counting import usage
from toimiva.capabilities.developers.describing import operations
from toimiva.capabilities.developers.models import Key
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.ui.api import grouped

__all__ = ["api_changes", "api_docs", "api_key", "api_keys", "changes_feed", "confirm_key", "developers"]


class Asking(forms.Form):
    """Who asks for a key, for what, and how much."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=200)
    application = forms.CharField(label=gettext_lazy("Name of your application"), max_length=80)
    plan = forms.ChoiceField(label=gettext_lazy("Plan"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        words = _("%(name)s: %(minute)s a minute, %(day)s a day")
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            (name, words % {"name": name, "minute": grouped(minute), "day": grouped(day)})
            for name, (minute, day) in settings.API_PLANS.items()
        ]


@require_http_methods(["GET", "POST"])
def developers(request: HttpRequest) -> HttpResponse:
    """How to begin, and asking for a key."""
    form = Asking(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            city = cities.load(cities.cities()[0])
            keys.ask_key(city, **form.cleaned_data, language=request.LANGUAGE_CODE)
        except Invalid as fault:
            form.add_error(None, f"{fault.what} {fault.mend}")
        else:
            messages.info(request, _("A link to your key is on its way to your e-mail."), extra_tags="done")
            return redirect("developers")
    status = 422 if form.is_bound and not form.is_valid() else 200
    shown = {"form": form, "site": settings.SITE_URL, "resident": True}
    return render(request, "developers/developers.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def confirm_key(request: HttpRequest, proof: str) -> HttpResponse:
    """The link of the e-mail: the key is made when the button is pressed, and shown once."""
    if request.method == "GET":
        return render(request, "developers/confirm.html", {"row": keys.waiting(proof), "resident": True})
    row, secret = keys.confirm(proof)
    shown = {"row": row, "secret": secret, "site": settings.SITE_URL, "resident": True}
    return render(request, "developers/confirm.html", shown)


@require_http_methods(["GET", "POST"])
def api_key(request: HttpRequest) -> HttpResponse:
    """What a key uses, shown to whoever has it; it can be ended here."""
    shown: dict[str, Any] = {"resident": True}
    status = 200
    if request.method == "POST":
        secret = request.POST.get("key", "").strip()
        row = keys.find(secret)
        if row is None:
            shown["fault"], status = NotFound(what=_("This key is unknown or has ended."), mend=""), 404
        elif request.POST.get("action") == "end":
            keys.end(row)
            messages.info(request, _("The key has ended."), extra_tags="done")
            return redirect("api_key")
        else:
            minute, day = settings.API_PLANS.get(row.plan, (0, 0))
            shown |= {"row": row, "days": usage(row), "minute": grouped(minute), "day": grouped(day), "secret": secret}
    return render(request, "developers/key.html", shown, status=status)


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation, from the interface's own description."""
    view = resolve(reverse("api:openapi-json"))
    description = json.loads(view.func(request, *view.args, **view.kwargs).content)
    groups = sorted(operations(description).items())
    shown = {"groups": groups, "version": description["info"]["version"], "site": settings.SITE_URL, "resident": True}
    return render(request, "developers/docs.html", shown)


@require_safe
def api_changes(request: HttpRequest) -> HttpResponse:
    """What has changed, and what will end."""
    rows = [
        {"change": one, "title": one.title[request.LANGUAGE_CODE], "about": one.about[request.LANGUAGE_CODE]}
        for one in changes()
    ]
    return render(request, "developers/changes.html", {"rows": rows, "resident": True})


@require_safe
def changes_feed(request: HttpRequest) -> HttpResponse:
    """The same as Atom (RFC 4287)."""
    page, language = request.build_absolute_uri(reverse("api_changes")), request.LANGUAGE_CODE
    feed = Atom1Feed(
        title=_("Changes of the interface"), link=page, description="", feed_url=request.build_absolute_uri()
    )
    for one in changes():
        at = datetime.combine(one.day, time(), UTC)
        link = f"{page}#{one.id}"
        feed.add_item(one.title[language], link, one.about[language], unique_id=link, pubdate=at, updateddate=at)
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@require_http_methods(["GET", "POST"])
def api_keys(request: HttpRequest) -> HttpResponse:
    """Every key, for officials who review; one that does harm is ended."""
    if request.method == "POST" and request.POST.get("end", "").isdecimal():
        row = Key.objects.filter(pk=request.POST["end"]).first()
        if row is not None:
            keys.end(row)
            messages.info(request, _("The key has ended."), extra_tags="done")
        return redirect("api_keys")
    rows = [
        {"key": row, "requests": sum(one.count for one in usage(row)), "failed": sum(one.failed for one in usage(row))}
        for row in Key.objects.exclude(confirmed=None).order_by("-confirmed")[:200]
    ]
    return render(request, "developers/keys.html", {"rows": rows})
