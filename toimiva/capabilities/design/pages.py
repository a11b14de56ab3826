"""The service designer: the catalogue, one service, a draft of it, and who gains and loses by the draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.design import drafting, effects, publishing
from toimiva.capabilities.design.models import Draft
from toimiva.capabilities.design.showing import decision_rows, example_rows, parameter_rows, text_rows
from toimiva.capabilities.design.wording import PLAIN_OUTCOMES
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid
from toimiva.core.geography import api as geography
from toimiva.core.identity.api import official_of
from toimiva.core.lake import api as lake
from toimiva.core.purposes import api as purposes
from toimiva.core.ui.api import content_policy

__all__ = ["catalogue", "draft", "draft_model", "editor", "effect", "model_file", "service", "start_draft"]

_SHEETS = (
    "diagram-js", "dmn-js-shared", "dmn-js-drd", "dmn-js-decision-table", "dmn-js-decision-table-controls",
    "dmn-js-literal-expression", "dmn-js-boxed-expression", "dmn-js-boxed-expression-controls", "dmn-font/css/dmn",
)  # fmt: skip

DIMENSIONS = {
    "sub_area": gettext_lazy("By sub-area"),
    "language": gettext_lazy("By language"),
    "provider": gettext_lazy("By provider of early education"),
}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

# The only inline styles of dmn-js: those of the mark that its licence wants seen.
_MARK_STYLES = (
    "sha256-r3vOsuepBDg6tz/cOusiNJ9Y4Lp9hGQTT7pzDks1Xxc=", "sha256-CA/eh4+2R0J7cEQ14gBMtx834RIOjzMUqCM+evtrkp4=",
)  # fmt: skip


class NewValue(forms.Form):
    """A parameter's new value from a day on, with where it comes from."""

    name = forms.ChoiceField(label=gettext_lazy("Parameter"))
    value = forms.CharField(max_length=80, label=gettext_lazy("New value"))
    since = forms.DateField(widget=DAY, label=gettext_lazy("Valid from"))
    source = forms.CharField(max_length=200, label=gettext_lazy("Law or decision it comes from"))


class NewText(forms.Form):
    """A text in one language, as it shall be."""

    text = forms.CharField(
        max_length=2000, strip=False, widget=forms.Textarea(attrs={"rows": 4}), label=gettext_lazy("Text")
    )


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every city's services."""
    shown = []
    for name in cities.cities():
        city = cities.load(name)
        drafts = drafting.open_drafts(name)
        rows = [_listed(city, key, drafts.get(key), request.LANGUAGE_CODE) for key in services.names_of(city)]
        shown.append({"name": cities.text_in(city.names, request.LANGUAGE_CODE), "id": name, "services": rows})
    return render(request, "design/catalogue.html", {"cities": shown})


def _listed(city: cities.City, key: str, open_draft: Draft | None, language: str) -> dict[str, Any]:
    found = services.get_service(city, key)
    return {
        "id": key, "name": cities.text_in(found.definition.names, language),
        "summary": cities.text_in(found.definition.summary, language), "gives": found.definition.gives,
        "signed": decisions.is_deployed(found), "draft": open_draft,
    }  # fmt: skip


@require_safe
def service(request: HttpRequest, city: str, service: str) -> HttpResponse:
    """One service as it is: what it rests on, its tables, parameters, texts and examples."""
    found = services.get_service(cities.load(city), service)
    shown = _whole(found, request.LANGUAGE_CODE)
    shown["draft"] = drafting.open_drafts(city).get(service)
    return render(request, "design/service.html", shown)


def _whole(found: services.Service, language: str) -> dict[str, Any]:
    definition, on = found.definition, cities.today(found.city)
    purpose = purposes.purpose(found.city, definition.purpose)
    return {
        "service": found, "city": found.city, "name": cities.text_in(definition.names, language),
        "city_name": cities.text_in(found.city.names, language), "on": on,
        "summary": cities.text_in(definition.summary, language), "owner": cities.text_in(definition.owner, language),
        "law": cities.text_in(definition.legal_basis, language), "purpose": cities.text_in(purpose.names, language),
        "registers": {table: ", ".join(columns) for table, columns in purpose.tables.items()},
        "signed": decisions.is_deployed(found),
        # Called by the template, so that a page kept in the cache costs nothing.
        "decisions": lambda: list(decision_rows(found)), "texts": lambda: list(text_rows(found)),
        "parameters": lambda: list(parameter_rows(found, on, language)), "examples": lambda: list(example_rows(found)),
    }  # fmt: skip


@require_safe
def model_file(request: HttpRequest, city: str, service: str) -> HttpResponse:
    """The decision model's file, for any DMN editor."""
    content = (services.get_service(cities.load(city), service).folder / "decision.dmn").read_bytes()
    named = {"Content-Disposition": f'attachment; filename="{city}-{service}.dmn"'}
    return HttpResponse(content, content_type="text/xml", headers=named)


@require_safe
def editor(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The draft's decision model in a DMN editor."""
    row = drafting.get_draft(draft_id)
    definition = services.get_service(cities.load(row.city), row.service).definition
    shown = {
        "draft": row, "name": cities.text_in(definition.names, request.LANGUAGE_CODE),
        "sheets": [f"dmn-js/assets/{name}.css" for name in _SHEETS],
    }  # fmt: skip
    response = render(request, "design/editor.html", shown)
    response.headers["Content-Security-Policy"] = content_policy(*_MARK_STYLES)
    return response


@require_safe
def draft_model(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The draft's decision model as a file."""
    row = drafting.get_draft(draft_id)
    named = {"Content-Disposition": f'attachment; filename="draft-{row.pk}.dmn"'}
    return HttpResponse((row.folder / "decision.dmn").read_bytes(), content_type="text/xml", headers=named)


@require_POST
def start_draft(request: HttpRequest, city: str, service: str) -> HttpResponse:
    """Start a draft of a service, or go on with the one that is open."""
    found = services.get_service(cities.load(city), service)
    row = drafting.open_draft(found, author=official_of(request), at=cities.now(city))
    return redirect("draft", draft_id=row.pk)


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """A draft: what has been changed, and forms to change more, publish or drop it."""
    row = drafting.get_draft(draft_id)
    try:
        found = drafting.drafted(row)
    except Invalid as refusal:
        return _unreadable(request, row, refusal)
    forms_shown = {"value_form": _value_form(found, None), "text_form": None, "faults": ()}
    if request.method == "POST":
        done, forms_shown = _act(request, row, found, forms_shown)
        if done:
            return redirect("draft", draft_id=row.pk)
    shown = _whole(found, request.LANGUAGE_CODE) | forms_shown | {"draft": row, "official": official_of(request)}
    return render(request, "design/draft.html", shown, status=422 if request.method == "POST" else 200)


def _unreadable(request: HttpRequest, row: Draft, refusal: Invalid) -> HttpResponse:
    """A draft that is no service any more, as when texts have been added since: its faults, and a way to drop it."""
    if request.method == "POST" and request.POST.get("action") == "drop":
        publishing.drop(row, official=official_of(request), at=cities.now(row.city))
        return redirect("service", city=row.city, service=row.service)
    shown = {"draft": row, "refusal": refusal, "faults": refusal.faults}
    return render(request, "design/unreadable.html", shown, status=422)


def _value_form(found: services.Service, data: Any) -> NewValue:
    form = NewValue(data)
    rows = parameter_rows(found, cities.today(found.city), "en")
    names = [(row["name"], row["name"]) for row in rows if row["changeable"]]
    form.fields["name"].choices = names  # type: ignore[attr-defined]
    return form


def _act(
    request: HttpRequest, row: Draft, found: services.Service, shown: dict[str, Any]
) -> tuple[bool, dict[str, Any]]:
    """Do what was pressed; whether it was done, and otherwise what to show beside the forms."""
    try:
        match request.POST.get("action"):
            case "value":
                form = _value_form(found, request.POST)
                if not form.is_valid():
                    return False, shown | {"value_form": form}
                drafting.change_parameter(row, author=official_of(request), **form.cleaned_data)
            case "text":
                text_form = NewText(request.POST)
                if not text_form.is_valid():
                    return False, shown | {"text_form": text_form}
                key, language = request.POST.get("key", ""), request.POST.get("language", "")
                drafting.change_text(row, language, key, text_form.cleaned_data["text"], author=official_of(request))
            case "model" if isinstance(file := request.FILES.get("model"), UploadedFile):
                content = file.read()
                drafting.change_model(row, content, author=official_of(request))
            case "publish":
                _publish(request, row)
            case "drop":
                publishing.drop(row, official=official_of(request), at=cities.now(row.city))
    except Invalid as refusal:
        return False, shown | {"faults": refusal.faults, "refusal": refusal}
    return True, shown


def _publish(request: HttpRequest, row: Draft) -> None:
    publishing.publish(row, reviewer=official_of(request), at=cities.now(row.city))
    words = _("Published. Nothing is decided by the new rules until they are signed off.")
    messages.info(request, words, extra_tags="done")


def _named(city: cities.City, rows: Any, request: HttpRequest) -> list[Any]:
    """Rows with a sub-area's name in place of its code, by name; other groups as they are."""
    named = [(geography.area_name(city, group, request.LANGUAGE_CODE), *counts) for group, *counts in rows]
    return sorted(named, key=lambda row: row[0])


@require_safe
def effect(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Who would be decided otherwise, on the day from which all the draft's values hold."""
    row = drafting.get_draft(draft_id)
    city = cities.load(row.city)
    if not lake.tables(city.id):
        return render(request, "design/effect.html", {"draft": row, "empty": True})
    on = effects.day_of(row, cities.today(city))
    found = effects.effect_of(row, on=on, official=official_of(request), at=cities.now(city.id))
    groups = [{"name": DIMENSIONS[name], "rows": _named(city, rows, request)} for name, rows in found.groups.items()]
    moves = [{"before": PLAIN_OUTCOMES[a], "after": PLAIN_OUTCOMES[b], "n": n} for a, b, n in found.moves]

    shown = {"draft": row, "effect": found, "groups": groups, "moves": moves}
    return render(request, "design/effect.html", shown)
