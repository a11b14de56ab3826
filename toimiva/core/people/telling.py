"""A message to a person of the registers about something of theirs: in their language, the way they want."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import override

from toimiva.core.channels import api as channels
from toimiva.core.city.api import City
from toimiva.core.people.cards import cards, standing

__all__ = ["Words", "tell"]

Words = Callable[[str], tuple[str, str]]


def tell(city: City, who: str, about: str, words: Words, *, purpose: str, actor: str, at: datetime) -> bool:
    """Queue a message `about` (kind/number, sent once) and whether there was one: `words` gives its subject and text in
    a language that is active meanwhile. Nothing is sent to who has died, is under non-disclosure (staff tell them) or
    cannot be reached."""
    reason, kind = about.replace("/", " "), about.partition("/")[0]
    known = standing(city, [who], purpose=purpose, actor=actor, reason=reason, at=at).get(who)
    card = cards(city, [who], purpose=purpose, actor=actor, reason=reason, at=at).get(who)
    if card is None or known is None or known.died or known.non_disclosure or not (card.phone or card.email):
        return False
    language = card.language or "fi"
    with override(language):
        subject, text = words(language)
    channel = "email" if card.email and (card.channel == "email" or not card.phone) else "sms"
    address = str(card.email if channel == "email" else card.phone)
    draft = channels.Draft(
        key=about, channel=channel, kind=kind, about=about, person=who, language=language, address=address, text=text,
        subject=subject,
    )  # fmt: skip
    channels.queue(city, [draft], at=at)
    return True
