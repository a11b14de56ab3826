"""Putting a plan before residents, letting comments be seen, and answering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from toimiva.capabilities.proposals.commenting import erase, let_be_seen, waiting
from toimiva.capabilities.proposals.models import Proposal
from toimiva.capabilities.proposals.pages import STANCE_NAMES
from toimiva.capabilities.proposals.proposing import Words, decide, proposal, put_forward
from toimiva.capabilities.twin import api as twin
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.identity.api import official_of

__all__ = ["comments_waiting", "proposal_edit"]

_MOST = 100
_LANGUAGES = {"fi": "suomi", "sv": "svenska", "en": "English"}
_ACTIONS: Mapping[str, Callable[[City, int], None]] = {"show": let_be_seen, "erase": erase}


class _InEveryLanguage(forms.Form):
    """A form with each of its `texts` (name, words, how many characters) in every language."""

    texts: tuple[tuple[str, Any, int], ...] = ()

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, words, most in self.texts:
            for language, called in _LANGUAGES.items():
                box = forms.TextInput() if most <= 120 else forms.Textarea(attrs={"rows": 4})
                box.attrs["lang"] = language
                label = f"{words} ({called})"
                self.fields[f"{name}_{language}"] = forms.CharField(label=label, max_length=most, widget=box)

    def told(self, name: str) -> dict[str, str]:
        """One of the texts by language."""
        return {language: self.cleaned_data[f"{name}_{language}"] for language in cities.LANGUAGES}


class Putting(_InEveryLanguage):
    """What residents read of a plan."""

    texts = (("title", gettext_lazy("Title"), 120), ("about", gettext_lazy("What is planned, and why"), 4000))
    closes = forms.DateField(
        label=gettext_lazy("Residents are heard until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, city: City, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.city = city
        self.order_fields([*(name for name in self.fields if name != "closes"), "closes"])

    def clean_closes(self) -> Any:
        """Today or later."""
        if self.cleaned_data["closes"] < cities.today(self.city):
            raise forms.ValidationError(gettext_lazy("Choose today or a later day."))
        return self.cleaned_data["closes"]


class Deciding(_InEveryLanguage):
    """What came of what residents said."""

    texts = (("outcome", gettext_lazy("What the city does with what residents said"), 4000),)


@require_http_methods(["GET", "POST"])
def proposal_edit(request: HttpRequest, city: str, plan: str) -> HttpResponse:
    """The words of a plan, the last day, and the answer."""
    found = cities.load(city)
    row = _known(found, plan)
    answering = request.method == "POST" and "decide" in request.POST
    putting = Putting(
        found, request.POST if request.method == "POST" and not answering else None, initial=_initial(row)
    )
    deciding = Deciding(request.POST if answering else None)
    if answering and deciding.is_valid():
        decide(found, plan, deciding.told("outcome"), official=official_of(request))
        return redirect("proposal", found.id, plan)
    if request.method == "POST" and not answering and putting.is_valid():
        words = Words(putting.told("title"), putting.told("about"), putting.cleaned_data["closes"])
        put_forward(found, plan, words, official=official_of(request))
        return redirect("proposal", found.id, plan)
    told = {"city": found, "plan": plan, "row": row, "putting": putting, "deciding": deciding}
    refused = bool(putting.errors or deciding.errors)
    return render(request, "proposals/edit.html", told, status=422 if refused else 200)


def _known(city: City, plan: str) -> Proposal | None:
    """The proposal of a plan; None where the twin has the plan and it has not been put forward. Raises NotFound."""
    try:
        return proposal(city, plan)
    except NotFound:
        if plan not in twin.plans(city):
            raise
        return None


def _initial(row: Proposal | None) -> dict[str, Any]:
    if row is None:
        return {}
    texts = {f"{name}_{key}": text for name in ("title", "about") for key, text in getattr(row, name).items()}
    return texts | {"closes": row.closes}


@require_http_methods(["GET", "POST"])
def comments_waiting(request: HttpRequest, city: str) -> HttpResponse:
    """Comments that nobody else sees yet: let them be seen, or erase them."""
    found = cities.load(city)
    if request.method == "POST":
        action, number = _ACTIONS.get(request.POST.get("action", "")), request.POST.get("number", "")
        if action is None or not number.isdecimal() or len(number) > 12:
            raise NotFound(what="There is no such comment.", mend="Choose one from the list.")
        action(found, int(number))
        return redirect("proposal_comments", found.id)
    language = request.LANGUAGE_CODE
    rows = [
        {"row": one, "title": cities.text_in(one.proposal.title, language), "stance": STANCE_NAMES[one.stance]}
        for one in waiting(found)[:_MOST]
    ]
    plans = twin.plans(found)
    return render(request, "proposals/comments.html", {"city": found, "rows": rows, "plans": plans})
