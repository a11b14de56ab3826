"""Messages about offers, worded from the service's texts in each guardian's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from babel.dates import format_date

from toimiva.capabilities.offers.links import link
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.services.api import Service, fill
from toimiva.core.channels.api import Draft
from toimiva.core.city.api import text_in

__all__ = ["Wording", "day_text", "distance_text"]

UnitNames = Mapping[str, Mapping[str, str]]  # unit -> language -> name
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
    return f"{day.day}.{day.month}.{day.year if year else ''}"


class Wording:
    """A service's texts with the names of the units: what fills every placeholder."""

    def __init__(self, service: Service, units: UnitNames) -> None:
        self.service, self.units = service, units

    def values(self, offer: Offer, language: str, guardian: str = "") -> dict[str, str]:
        """Placeholders of an offer's messages; the link is the guardian's own."""
        city = self.service.city
        return {
            "city": text_in(city.names, language),
            "child": offer.child_name,
            "unit": text_in(dict(self.units[offer.unit]), language),
            "distance": distance_text(offer.travel_m, language),
            "starts": day_text(offer.starts, language, year=True),
            "closes": day_text(offer.closes.astimezone(city.zone).date(), language, year=False),
            "link": link(offer.id, guardian) if guardian else "",
            "phone": city.customer_service_phone,
            "group": self.service.texts[language]["groups"].get(offer.group, offer.group),
        }

    def draft(self, recipient: Recipient, kind: str, suffix: str = "") -> Draft | None:
        """The message of a kind to a guardian, by SMS, else e-mail, else letter; None where nothing can be reached."""
        offer, language = recipient.offer, recipient.language
        route = next(((name, to) for name, to in _routes(recipient) if to), None)
        if route is None:
            return None
        return self.by(route[0], route[1], offer, recipient, kind, language, suffix)

    def by(
        self, channel: str, address: str, offer: Offer, recipient: Recipient, kind: str, language: str, suffix: str = ""
    ) -> Draft:
        """The message of a kind by a channel."""
        key = "offer_letter" if channel == "letter" and kind in ("offer", "second_offer") else f"{kind}_sms"
        texts, values = self.service.texts[language], self.values(offer, language, recipient.guardian)
        return Draft(
            key=f"{offer.id}/{recipient.guardian}/{kind}{suffix}",
            channel=channel,
            kind=kind,
            about=offer.id,
            person=recipient.guardian,
            language=language,
            address=address,
            subject=fill(str(texts["offer_subject"]), values),
            text=fill(str(texts[key]), values),
            expected=kind in EXPECTED,
        )


def _routes(recipient: Recipient) -> list[tuple[str, str]]:
    return [("sms", recipient.phone), ("email", recipient.email), ("letter", recipient.postal_address)]
