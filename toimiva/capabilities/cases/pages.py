"""The staff queue: cases with their reasons, and closing one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.cases.queue import close_case, get_case, list_cases
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.identity.api import official_of, staff_only
from toimiva.core.ledger import api as ledger

__all__ = ["case", "desk"]

OUTCOME_WORDS = {
    "place_given": gettext_lazy("A place was given"),
    "handled_by_phone": gettext_lazy("Handled by telephone"),
    "application_sent": gettext_lazy("The family applies in the ordinary way"),
    "nothing_to_do": gettext_lazy("Nothing to do"),
}


class Closing(forms.Form):
    """What an official says in closing a case."""

    outcome = forms.ChoiceField(choices=list(OUTCOME_WORDS.items()), label=gettext_lazy("Outcome"))
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, label=gettext_lazy("Grounds"))


@require_safe
@staff_only
def desk(request: HttpRequest) -> HttpResponse:
    """Open cases, oldest first, with how many of each reason."""
    city = request.GET.get("city") or _busiest()
    reason = request.GET.get("reason") or None
    rows = list_cases(city, reason=reason)
    counts = _counts(city)
    words = {name: _reason_words(city, name, request.LANGUAGE_CODE) for name in counts}
    shown = [{"case": row, "why": words.get(row.reason, row.reason)} for row in rows]
    reasons = [{"reason": name, "n": n, "why": words[name]} for name, n in counts.items()]
    return render(
        request, "cases/desk.html", _of(request, city) | {"cases": shown, "reasons": reasons, "chosen": reason}
    )


def _of(request: HttpRequest, city: str) -> dict[str, str]:
    return {"city": city, "name": cities.text_in(cities.load(city).names, request.LANGUAGE_CODE) if city else ""}


def _busiest() -> str:
    row = Case.objects.filter(closed=None).order_by("-opened").first()
    return row.city if row else next(iter(cities.cities()), "")


def _counts(city: str) -> dict[str, int]:
    rows = Case.objects.filter(city=city, closed=None).values("reason").annotate(n=Count("id")).order_by("-n")
    return {row["reason"]: row["n"] for row in rows}


def _reason_words(city: str, reason: str, language: str) -> str:
    row = Case.objects.filter(city=city, reason=reason).first()
    if row is None:
        return reason
    texts = services.get_service(cities.load(city), row.service).texts[language]["because"]
    return str(texts.get(reason, reason))


@require_http_methods(["GET", "POST"])
@staff_only
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: why it is here, what has happened, and how it is closed."""
    row = get_case(case_id)
    form = Closing(request.POST or None)
    if request.method == "POST" and form.is_valid():
        close_case(case_id, official=official_of(request), at=cities.now(row.city), **form.cleaned_data)
        messages.info(request, _("The case is closed."), extra_tags="done")
        return redirect("desk")
    why = _reason_words(row.city, row.reason, request.LANGUAGE_CODE)
    history = ledger.about(row.person)
    return render(request, "cases/case.html", {"case": row, "why": why, "history": history, "form": form})
