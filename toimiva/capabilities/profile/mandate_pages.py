"""Mandates: given, held, ended, and acting for another by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.profile.having import own_data
from toimiva.capabilities.profile.mandating import (
    MAY,
    acting_for,
    answer_for,
    give_mandate,
    mandates_given,
    mandates_held,
    withdraw_mandate,
)
from toimiva.capabilities.profile.pages import me_of, offer_row, shown_of
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotAllowed

__all__ = ["act_for", "end_mandate", "my_mandates"]


class Giving(forms.Form):
    """Whom one lets act, in what and until when."""

    identity_code = forms.CharField(max_length=11, label=gettext_lazy("Their personal identity code"))
    label = forms.CharField(max_length=80, label=gettext_lazy("What you call them"))
    may = forms.ChoiceField(choices=list(MAY.items()), widget=forms.RadioSelect, label=gettext_lazy("What they may do"))
    ends = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), label=gettext_lazy("Until when")
    )


@require_http_methods(["GET", "POST"])
def my_mandates(request: HttpRequest) -> HttpResponse:
    """Who may act for me, and for whom I may; a POST lets somebody."""
    me = me_of(request)
    today = cities.today(me.city)
    form = Giving(request.POST or None, initial={"ends": today + timedelta(days=365), "may": "see"})
    if request.method == "POST" and form.is_valid():
        try:
            code = form.cleaned_data.pop("identity_code")
            give_mandate(me.city, me.person, code, starts=today, at=cities.now(me.city.id), **form.cleaned_data)
            messages.info(
                request, _("They may act for you from now on. You can end it at any time."), extra_tags="done"
            )
            return redirect("my_mandates")
        except (Conflict, NotAllowed) as error:
            form.add_error(None, f"{error.what} {error.mend}")
    given = [{"row": row, "may": MAY[row.may], "over": row.ends < today} for row in mandates_given(me.city, me.person)]
    held = mandates_held(me.city, me.person, at=cities.now(me.city.id))
    shown = {"given": given, "held": [{"row": row, "name": name} for row, name in held], "form": form}
    shown |= shown_of(me, request.LANGUAGE_CODE)
    return render(request, "profile/mandates.html", shown, status=422 if form.errors else 200)


@require_POST
def end_mandate(request: HttpRequest, number: int) -> HttpResponse:
    """End one that was given or is held."""
    me = me_of(request)
    withdraw_mandate(me.city, number, me.person, at=cities.now(me.city.id))
    messages.info(request, _("The mandate has ended."), extra_tags="done")
    return redirect("my_mandates")


@require_http_methods(["GET", "POST"])
def act_for(request: HttpRequest, giver: str) -> HttpResponse:
    """What waits for another and what the city has about them, by their mandate; a POST answers an offer for them."""
    me, language = me_of(request), request.LANGUAGE_CODE
    at = cities.now(me.city.id)
    if request.method == "POST":
        yes = request.POST.get("answer") == "yes"
        outcome = answer_for(me.city, me.person, giver, request.POST.get("offer", ""), yes=yes, at=at)
        messages.info(request, str(offers.outcome_words(outcome)), extra_tags="done")
        return redirect("act_for", giver=giver)
    mandate, name = acting_for(me.city, me.person, giver, at=at)
    told = [offer_row(offer, me, language) for offer in offers.offers_to(me.city.id, giver)]
    shown: dict[str, Any] = {
        "name": name, "mandate": mandate, "waiting": [row for row in told if row["offer"].state == "open"],
        "settled": [row for row in told if row["offer"].state != "open"],
        "entries": own_data(me.city, giver, reader=me.person, language=language), "answers": mandate.may == "answer",
    }  # fmt: skip
    return render(request, "profile/acting.html", shown | shown_of(me, language))
