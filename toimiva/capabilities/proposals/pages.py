"""Plans before residents: what they are, what others say of them, and saying it oneself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.proposals.commenting import LONGEST, NewComment, comment, seen, stances, waiting
from toimiva.capabilities.proposals.models import Proposal
from toimiva.capabilities.proposals.proposing import is_open, proposal, proposals
from toimiva.capabilities.twin import api as twin
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.identity.api import official, refusal

__all__ = ["STANCE_NAMES", "proposal_list", "proposal_page"]

_MOST = 200
STANCE_NAMES = {
    "for": gettext_lazy("For the plan"), "against": gettext_lazy("Against the plan"),
    "neither": gettext_lazy("Neither"),
}  # fmt: skip


class Commenting(forms.Form):
    """What somebody thinks of a plan."""

    stance = forms.ChoiceField(
        label=gettext_lazy("Are you for or against?"), widget=forms.RadioSelect, choices=list(STANCE_NAMES.items())
    )
    text = forms.CharField(
        label=gettext_lazy("What do you think of it?"), widget=forms.Textarea(attrs={"rows": 5}), max_length=LONGEST
    )
    name = forms.CharField(label=gettext_lazy("Your name, if you want others to see it"), max_length=80, required=False)


@require_safe
def proposal_list(request: HttpRequest, city: str) -> HttpResponse:
    """Every plan that has been put before residents."""
    found = cities.load(city)
    rows = [_told(found, row, request.LANGUAGE_CODE) for row in proposals(found)]
    official_here = _is_planner(request)
    told = {
        "city": found, "name": cities.text_in(found.names, request.LANGUAGE_CODE), "resident": True,
        "open": [one for one in rows if one["open"]], "past": [one for one in rows if not one["open"]],
        "official": official_here, "waits": waiting(found).count() if official_here else 0,
    }  # fmt: skip
    return render(request, "proposals/list.html", told)


def _told(city: City, row: Proposal, language: str) -> dict[str, Any]:
    return {
        "row": row, "title": cities.text_in(row.title, language), "about": cities.text_in(row.about, language),
        "open": is_open(city, row), "outcome": cities.text_in(row.outcome, language) if row.decided else "",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def proposal_page(request: HttpRequest, city: str, plan: str) -> HttpResponse:
    """One plan: its words, what it changes, what others say, and the form while residents are heard."""
    found = cities.load(city)
    changed = twin.changes(found, plan) if plan in twin.plans(found) else None
    try:
        row = proposal(found, plan)
    except NotFound:
        if changed is None:
            raise
        shown = {"city": found, "plan": plan, "changes": changed, "official": _is_planner(request), "resident": True}
        return render(request, "proposals/proposal.html", shown)
    form = Commenting(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        comment(found, row, NewComment(**form.cleaned_data, language=request.LANGUAGE_CODE))
        return redirect(f"{request.path}?sent=1")
    said = [{"row": one, "stance": STANCE_NAMES[one.stance]} for one in seen(row)[:_MOST]]
    counts = [(STANCE_NAMES[stance], count) for stance, count in stances(row).items()]
    shown = _told(found, row, request.LANGUAGE_CODE) | {
        "city": found, "plan": plan, "changes": changed, "form": form, "said": said, "counts": counts,
        "sent": "sent" in request.GET, "official": _is_planner(request), "resident": True,
    }  # fmt: skip
    return render(request, "proposals/proposal.html", shown, status=422 if form.errors else 200)


def _is_planner(request: HttpRequest) -> bool:
    return refusal(request, official("design")) is None
