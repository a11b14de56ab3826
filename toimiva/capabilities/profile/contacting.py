"""Sending the code that proves a contact, and what each channel costs and reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.identity.api import Resident
from toimiva.core.people import api as people

__all__ = ["ChannelTold", "channels_told", "give_contact"]

_CHANNEL = {"phone": "sms", "email": "email"}
CHANNEL_WORDS = {
    "sms": gettext_lazy("Text message"),
    "email": gettext_lazy("E-mail"),
    "letter": gettext_lazy("Letter"),
}


@dataclass(frozen=True, slots=True)
class ChannelTold:
    """A channel as a resident chooses it: what a message costs the city in cents (None where it is not known), and how
    many per cent of those sent arrived (None where none was sent)."""

    id: str
    words: str | Promise
    cents: float | None
    arrived: int | None


def channels_told(me: Resident) -> Iterator[ChannelTold]:
    """Every channel, with its price in the city's contracts and its measured reach."""
    counts = channels.delivered_by_channel(me.city.id)
    for name in people.CHANNELS:
        delivered, sent = counts.get(name, (0, 0))
        arrived = round(100 * delivered / sent) if sent and delivered else None
        yield ChannelTold(name, CHANNEL_WORDS[name], me.city.message_cents.get(name), arrived)


def give_contact(me: Resident, kind: people.Kind, value: str, *, language: str) -> None:
    """Begin to use a contact; the code is on its way to it."""
    at = cities.now(me.city.id)
    asked = people.ask_contact(me.city, me.person, kind, value, at=at)
    with override(language):
        city = cities.text_in(me.city.names, language)
        text = _("%(city)s: your code is %(code)s. It holds for 15 minutes. Tell it to nobody.") % {
            "city": city, "code": asked.code,
        }  # fmt: skip
        subject = _("Your code")
    about = f"contact/{asked.id}"
    draft = channels.Draft(
        key=about, channel=_CHANNEL[kind], kind="contact_code", about=about, person=me.person, language=language,
        address=asked.value, text=text, subject=subject, expected=True,
    )  # fmt: skip
    channels.queue(me.city, [draft], at=at)
