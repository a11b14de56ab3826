"""How one is reached: contacts of one's own by a code, language and channel."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from toimiva.capabilities.profile.contacting import CHANNEL_WORDS, channels_told, give_contact
from toimiva.capabilities.profile.pages import me_of, shown_of
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid
from toimiva.core.identity.api import Resident
from toimiva.core.people import api as people

__all__ = ["my_contacts"]

_UP_TO_THE_CITY = ("", gettext_lazy("As the city thinks best"))


class Wishes(forms.Form):
    """Language and channel."""

    language = forms.ChoiceField(
        choices=[_UP_TO_THE_CITY, ("fi", "suomi"), ("sv", "svenska"), ("en", "English")], required=False,
        label=gettext_lazy("In which language"),
    )  # fmt: skip
    channel = forms.ChoiceField(
        choices=[_UP_TO_THE_CITY, *CHANNEL_WORDS.items()], required=False, label=gettext_lazy("By which channel")
    )


@require_http_methods(["GET", "POST"])
def my_contacts(request: HttpRequest) -> HttpResponse:
    """Contacts, language and channel; a POST changes one of them."""
    me, fault = me_of(request), None
    if request.method == "POST":
        try:
            messages.info(request, _act(request, me), extra_tags="done")
            return redirect("my_contacts")
        except (Conflict, Invalid) as error:
            fault = error
    shown = _shown(me) | {"fault": fault} | shown_of(me, request.LANGUAGE_CODE)
    return render(request, "profile/contacts.html", shown, status=fault.status if fault else 200)


def _act(request: HttpRequest, me: Resident) -> str:
    """Do what was pressed; what to tell of it."""
    action, at = request.POST.get("action", ""), cities.now(me.city.id)
    if action == "wish":
        language, channel = (request.POST.get(name, "") for name in ("language", "channel"))
        people.wish(me.city, me.person, language=language, channel=channel, at=at)
        return _("Your choice is in force from the next message on.")
    kind = next((kind for kind in get_args(people.Kind) if kind == request.POST.get("kind")), None)
    if kind is None:
        raise Conflict(what="That is not a way to be reached.", mend="Give a telephone number or an e-mail address.")
    if action == "give":
        give_contact(me, kind, request.POST.get("value", ""), language=request.LANGUAGE_CODE)
        return _("A code is on its way. Write it below.")
    if action == "end":
        people.end_contact(me.city, me.person, kind, at=at)
        return _("The register's contact is used again.")
    people.verify_contact(me.city, me.person, kind, request.POST.get("code", ""), at=at)
    return _("The contact is in use now.")


def _shown(me: Resident) -> dict[str, Any]:
    own = people.own_contacts(me.city, [me.person]).get(me.person, people.Own())
    at = cities.now(me.city.id)
    card = people.cards(me.city, [me.person], purpose="own-data", actor=me.person, reason="own contacts").get(me.person)
    contacts = [
        {
            "kind": kind, "words": words, "used": getattr(card, kind) if card else "", "own": bool(getattr(own, kind)),
            "waiting": people.waiting_contact(me.city, me.person, kind, at=at), "type": typed, "complete": complete,
        }
        for kind, words, typed, complete in _KINDS
    ]  # fmt: skip
    wishes = Wishes(initial={"language": own.language, "channel": own.channel})
    return {"contacts": contacts, "wishes": wishes, "channels": list(channels_told(me))}


_KINDS: tuple[tuple[people.Kind, Any, str, str], ...] = (
    ("phone", gettext_lazy("Telephone"), "tel", "tel"),
    ("email", gettext_lazy("E-mail address"), "email", "email"),
)
