"""Messages about offers, worded from the service's texts in each guardian's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from toimiva.capabilities.offers.links import link
from toimiva.capabilities.services.api import Service, fill
from toimiva.core.channels.api import Draft
from toimiva.core.city.api import LANGUAGES, text_in

__all__ = ["Wording", "called", "day_text", "distance_text", "outcome_words", "state_words"]

UnitNames = Mapping[str, Mapping[str, str]]  # unit -> language -> name
_CHANNELS = ("sms", "email", "letter")
EXPECTED = frozenset(("confirmation", "unclear", "declined", "late", "staff"))


def distance_text(metres: int, language: str) -> str:
    """430 m, 1,2 km: tens of metres below a kilometre, hundreds above."""
    if metres < 995:
        return f"{max(10, round(metres, -1))} m"
    text = f"{metres / 1000:.1f} km"
    return text if language == "en" else text.replace(".", ",")


@lru_cache(maxsize=1024)
def day_text(day: date, language: str, *, year: bool) -> str:
    """11.8.2027 or 24.1. in Finnish and Swedish, 11 Aug 2027 or 24 Jan in English."""
    if language == "en":
        return format_date(day, "d MMM yyyy" if year else "d MMM", "en_GB")
    if language == "sv" and not year:
        return f"{day.day}.{day.month}"  # no full stop after the month
    return f"{day.day}.{day.month}.{day.year if year else ''}"


def called(name: str, service: Service, language: str) -> str:
    """A child's given name, or what the service calls one that has none yet."""
    return name or str(service.texts[language]["unnamed"])


STATE_WORDS = {
    "open": gettext_lazy("waits for an answer"),
    "accepted": gettext_lazy("accepted"),
    "declined": gettext_lazy("declined"),
    "no_reply": gettext_lazy("no reply in time"),
    "staff": gettext_lazy("with an official"),
    "withdrawn": gettext_lazy("withdrawn"),
}


def state_words(state: str) -> str | Promise:
    """What has become of an offer, in words."""
    return STATE_WORDS.get(state, state)


OUTCOME_WORDS = {
    "accepted": gettext_lazy("The place is confirmed. The decision is below."),
    "declined": gettext_lazy("You have declined this place. You can choose another below."),
    "repeated": gettext_lazy("We had this answer already. Nothing was changed."),
    "late": gettext_lazy("The time to reply has ended. The place has not been taken from you: call us."),
}
_TO_OFFICIAL = gettext_lazy("Your answer goes to an official, who will call you.")


def outcome_words(outcome: str) -> str | Promise:
    """What came of an answer, in words."""
    return OUTCOME_WORDS.get(outcome, _TO_OFFICIAL)


class Told(Protocol):
    """Who is told, and where they are reached."""

    @property
    def guardian(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def postal_address(self) -> str: ...
    @property
    def channel(self) -> str: ...


class Offered(Protocol):
    """What is told."""

    @property
    def id(self) -> str: ...
    @property
    def child_name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def travel_m(self) -> int: ...
    @property
    def starts(self) -> date: ...
    @property
    def closes(self) -> datetime: ...


class Wording:
    """A service's texts with the names of the units: what fills every placeholder."""

    def __init__(self, service: Service, units: UnitNames) -> None:
        self.service, self.units = service, units

    @cached_property
    def _of_city(self) -> dict[str, dict[str, str]]:
        city = self.service.city
        return {key: {"city": text_in(city.names, key), "phone": city.customer_service_phone} for key in LANGUAGES}

    def values(self, offer: Offered, language: str, guardian: str = "") -> dict[str, str]:
        """Placeholders of an offer's messages; the link is the guardian's own."""
        return self._of_city[language] | {
            "child": called(offer.child_name, self.service, language),
            "unit": text_in(self.units[offer.unit], language),
            "distance": distance_text(offer.travel_m, language),
            "starts": day_text(offer.starts, language, year=True),
            "closes": day_text(_local_day(offer.closes, self.service.city.zone), language, year=False),
            "link": link(offer.id, guardian) if guardian else "",
            "group": self.service.texts[language]["groups"].get(offer.group, offer.group),
        }

    def draft(self, offer: Offered, told: Told, kind: str, suffix: str = "") -> Draft | None:
        """The message of a kind to a guardian, by the channel they asked for, else SMS, else e-mail, else letter; None
        where nothing can be reached."""
        channel = next((name for name in (told.channel, *_CHANNELS) if name and address_of(told, name)), None)
        return self.by(channel, offer, told, kind, suffix) if channel else None

    def by(self, channel: str, offer: Offered, told: Told, kind: str, suffix: str = "") -> Draft:
        """The message of a kind by a channel."""
        key = "offer_letter" if channel == "letter" and kind in ("offer", "second_offer") else f"{kind}_sms"
        texts, values = self.service.texts[told.language], self.values(offer, told.language, told.guardian)
        return Draft(
            key=f"{offer.id}/{told.guardian}/{kind}{suffix}",
            channel=channel,
            kind=kind,
            about=offer.id,
            person=told.guardian,
            language=told.language,
            address=address_of(told, channel),
            subject=fill(str(texts["offer_subject"]), values),
            text=fill(str(texts[key]), values),
            expected=kind in EXPECTED,
        )


@lru_cache(maxsize=256)
def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def address_of(told: Told, channel: str) -> str:
    """Where a guardian is reached by a channel; empty where they are not."""
    return {"sms": told.phone, "email": told.email, "letter": told.postal_address}[channel]
