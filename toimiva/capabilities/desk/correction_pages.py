"""Requests for correction as work: which are due, one of them, and its answer."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.desk.impartial import Matter, be_impartial
from toimiva.capabilities.profile import api as profile
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict
from toimiva.core.identity.api import official_of

__all__ = ["correction", "corrections"]


class Answering(forms.Form):
    """What became of a request."""

    state = forms.ChoiceField(
        choices=[
            ("passed", gettext_lazy("Passed to the register's owner")), ("mended", gettext_lazy("Corrected")),
            ("refused", gettext_lazy("Not corrected")),
        ],
        widget=forms.RadioSelect, label=gettext_lazy("Answer"),
    )  # fmt: skip
    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, required=False,
        label=gettext_lazy("What the resident reads"),
    )  # fmt: skip


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Requests that wait for an answer, of every city, the first due first."""
    rows = [row for city in cities.cities() for row in profile.corrections_under_way(city)]
    shown = [_row(row, request.LANGUAGE_CODE) for row in rows]
    return render(request, "desk/corrections.html", {"corrections": shown})


def _row(row: profile.Correction, language: str) -> dict[str, object]:
    return {
        "row": row, "title": profile.field_title(row, language), "owner": profile.owner_of(row, language),
        "state": profile.STATE_WORDS[row.state], "late": row.due < cities.now(row.city),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, correction: int) -> HttpResponse:
    """One request, and answering it."""
    row, official = profile.get_correction(correction), official_of(request)
    be_impartial(request, Matter("correction", row.pk, row.city, row.person), official)
    form = Answering(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            profile.answer_correction(
                row.pk, said["state"], text=said["text"], official=official, at=cities.now(row.city)
            )
            messages.info(request, _("Answered. The resident sees it."), extra_tags="done")
            return redirect("corrections")
        except Conflict as conflict:
            form.add_error("text", f"{conflict.what} {conflict.mend}")
    shown = {"item": _row(row, request.LANGUAGE_CODE), "form": form}
    return render(request, "desk/correction.html", shown, status=422 if form.errors else 200)
