"""Asking for data that is not there, and answering, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from toimiva.capabilities.datasets.catalogue import datasets
from toimiva.capabilities.datasets.requesting import Answer, answer, ask_for, shown, support, waiting
from toimiva.core.errors import NotAllowed, NotFound
from toimiva.core.identity.api import official_of

__all__ = ["data_request_review", "data_request_support", "data_requests"]

_VOICES = "data-requests-wanted"  # in the session: which requests this browser has wanted already
_MOST = 200


class Asking(forms.Form):
    """What data somebody misses, and what for."""

    title = forms.CharField(label=gettext_lazy("What data do you need?"), max_length=120)
    text = forms.CharField(
        label=gettext_lazy("What would you do with it?"), widget=forms.Textarea(attrs={"rows": 4}), max_length=1000
    )


class Answering(forms.Form):
    """What an official says to a request."""

    state = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=[
            ("shown", gettext_lazy("Others may see it; we look into it")),
            ("opened", gettext_lazy("The data is open now")),
            ("declined", gettext_lazy("The data will not be opened")),
            ("erased", gettext_lazy("It is erased: it tells of people, or asks for nothing")),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("The answer"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, required=False
    )
    dataset = forms.ChoiceField(label=gettext_lazy("The data set, where it is open now"), required=False)

    def __init__(self, named: Sequence[tuple[str, str]], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["dataset"].choices = [("", "–"), *named]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """An answer has words; what is opened is a data set."""
        state = self.cleaned_data.get("state")
        if state in ("opened", "declined") and not self.cleaned_data.get("words", "").strip():
            self.add_error("words", gettext_lazy("Write how it is opened, or why it is not."))
        if state == "opened" and not self.cleaned_data.get("dataset"):
            self.add_error("dataset", gettext_lazy("Choose the data set that is open now."))


@require_http_methods(["GET", "POST"])
def data_requests(request: HttpRequest) -> HttpResponse:
    """What has been asked for and answered, and the form."""
    form = Asking(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        ask_for(**form.cleaned_data)
        return redirect(f"{request.path}?sent=1")
    wanted = request.session.get(_VOICES, [])
    names = dict(_named(request.LANGUAGE_CODE))
    rows = [{"row": row, "wanted": row.pk in wanted, "title": names.get(row.dataset)} for row in shown()[:_MOST]]
    told = {
        "form": form, "rows": rows, "sent": "sent" in request.GET, "waits": _waits(request), "resident": True,
    }  # fmt: skip
    return render(request, "datasets/requests.html", told, status=422 if form.errors else 200)


def _waits(request: HttpRequest) -> int:
    """How many wait, for an official; nobody else is told."""
    try:
        official_of(request)
    except NotAllowed:
        return 0
    return waiting().count()


@require_POST
def data_request_support(request: HttpRequest, number: int) -> HttpResponse:
    """One more who wants it, once in a browser."""
    wanted = request.session.get(_VOICES, [])
    if number not in wanted:
        support(number)
        request.session[_VOICES] = [*wanted, number][-_MOST:]
    return redirect("data_requests")


@require_http_methods(["GET", "POST"])
def data_request_review(request: HttpRequest) -> HttpResponse:
    """Requests that wait, each with its form."""
    named, refused = _named(request.LANGUAGE_CODE), {}
    if request.method == "POST":
        number = _number(request.POST.get("number", ""))
        form = Answering(named, request.POST, prefix=str(number))
        if form.is_valid():
            told = form.cleaned_data
            answer(number, Answer(told["state"], told["words"], told["dataset"]), official=official_of(request))
            return redirect("data_request_review")
        refused[number] = form
    rows = [
        {"row": row, "form": refused.get(row.pk) or Answering(named, prefix=str(row.pk))} for row in waiting()[:_MOST]
    ]
    return render(request, "datasets/review.html", {"rows": rows}, status=422 if refused else 200)


def _named(language: str) -> list[tuple[str, str]]:
    """Data sets by name, with their titles."""
    return [(row.name, row.title.get(language) or row.name) for row in datasets()]


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 12:
        raise NotFound(what="There is no such request.", mend="Choose one from the list.")
    return int(text)
