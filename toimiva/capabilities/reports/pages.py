"""Telling what is wrong, and following it, for people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.reports.kinds import kinds
from toimiva.capabilities.reports.making import LONGEST, NewReport, make
from toimiva.capabilities.reports.models import Report
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.geography import api as geography

__all__ = ["new_report", "report"]


class Telling(forms.Form):
    """What is wrong, where, and how to reach whoever tells it."""

    kind = forms.ChoiceField(label=gettext_lazy("What is it about?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("What is wrong?"), widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST
    )
    address = forms.CharField(
        label=gettext_lazy("Where? A street and number, or a place"), max_length=200, required=False
    )
    latitude = forms.FloatField(widget=forms.HiddenInput, required=False)
    longitude = forms.FloatField(widget=forms.HiddenInput, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail, if you want an answer"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Or a telephone number"), max_length=30, required=False)

    def __init__(self, city: City, language: str, *given: Any) -> None:
        super().__init__(*given)
        choices = [(one.id, one.name[language]) for one in kinds(city).values()]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]


_WORDS = {
    "address_string": ("address", gettext_lazy("Write where it is, or use the place where you are.")),
    "lat": ("address", gettext_lazy("The place is not in this city. Write an address instead.")),
    "email": ("email", gettext_lazy("Write the address as name@example.org.")),
    "phone": ("phone", gettext_lazy("Write the number as 040 123 4567.")),
}


@require_http_methods(["GET", "POST"])
def new_report(request: HttpRequest, city: str) -> HttpResponse:
    """The form; a report leads to its own page."""
    found = cities.load(city)
    if not kinds(found):
        raise NotFound(what=f"{found.id} takes no reports.", mend="Write a reports.toml in the city's folder.")
    language = request.LANGUAGE_CODE
    form = Telling(found, language, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = make(found, NewReport(language=language, **form.cleaned_data))
            return redirect("report", row.token)
        except Invalid as fault:
            for one in fault.faults:
                field, words = _WORDS.get(one.file, ("text", one.message))
                form.add_error(field, words)
    shown = {
        "form": form, "city": cities.text_in(found.names, language),
        "kinds": [{"name": one.name[language], "about": one.about[language]} for one in kinds(found).values()],
        "phone": found.customer_service_phone, "resident": True,
    }  # fmt: skip
    answer = render(request, "reports/new.html", shown, status=422 if form.errors else 200)
    answer.headers["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=()"
    return answer


@require_safe
def report(request: HttpRequest, token: str) -> HttpResponse:
    """A report, for whoever has its address."""
    row = Report.objects.filter(token=token.replace("\0", "")).first()
    if row is None:
        raise NotFound(what=_("There is no report at this address."), mend=_("See that the address is whole."))
    city = cities.load(row.city)
    known = kinds(city).get(row.kind)
    spot = None
    if row.longitude is not None and row.latitude is not None:
        spot = geography.spots_of([(row.longitude, row.latitude, row.address)])
    shown = {
        "row": row, "name": known.name[request.LANGUAGE_CODE] if known else row.kind, "spots": spot,
        "others": Report.objects.filter(case=row.case).exclude(pk=row.pk).exists(), "resident": True,
        "expected": row.expected.astimezone(city.zone), "phone": city.customer_service_phone,
    }  # fmt: skip
    return render(request, "reports/report.html", shown)
