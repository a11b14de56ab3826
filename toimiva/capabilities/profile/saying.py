"""A resident's word over a purpose: objecting, consenting, taking either back; who is old enough for it.

Source: Administrative Procedure Act (434/2003), section 14(3): who has turned 15 is heard in their own matters beside
their guardians.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from toimiva.capabilities.profile.family import age_of
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotAllowed
from toimiva.core.identity.api import Resident
from toimiva.core.purposes import api as purposes

__all__ = ["HAS_A_SAY_FROM", "SAYS", "of_age_to_say", "say"]

HAS_A_SAY_FROM = 15
SAYS = {
    "object": gettext_lazy("Your objection is in force now."),
    "take back": gettext_lazy("You have taken your objection back."),
    "consent": gettext_lazy("Your consent is in force now."),
    "end": gettext_lazy("Your consent has ended."),
}


def of_age_to_say(me: Resident) -> bool:
    """Whether one speaks for oneself: before the age the law gives, guardians do."""
    age = age_of(me.city, me.person)
    return age is None or age >= HAS_A_SAY_FROM


def say(me: Resident, purpose: str, word: str, *, version: str = "") -> str:
    """Say it; the word. `version` is that of the text one consents to. Raises NotAllowed for one who is too young."""
    if not of_age_to_say(me):
        raise NotAllowed(
            what=f"You decide this yourself from the age of {HAS_A_SAY_FROM}.", mend="Ask your guardian, or call us."
        )
    at = cities.now(me.city.id)
    if word == "object":
        purposes.object_to(me.city, me.person, purpose, at=at)
    elif word == "take back":
        purposes.withdraw_objection(me.city, me.person, purpose, at=at)
    elif word == "consent":
        purposes.consent(me.city, me.person, purpose, version=version, at=at)
    elif word == "end":
        purposes.withdraw_consent(me.city, me.person, purpose, at=at)
    else:
        raise Conflict(what=f"{word!r} cannot be said of a purpose.", mend=f"Say one of {', '.join(SAYS)}.")
    return word
