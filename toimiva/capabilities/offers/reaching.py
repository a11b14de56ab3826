"""Guardians of open offers who have changed how they are reached: what is still to be told goes there."""

from __future__ import annotations

from toimiva.capabilities.offers.models import Recipient
from toimiva.core.city import api as cities
from toimiva.core.people import api as people
from toimiva.core.people.events import ContactChanged

__all__ = ["reach_anew"]


def reach_anew(event: ContactChanged) -> None:
    """Their open offers know the new contact: a reminder goes to it, and a reply from it is understood.

    A contact that ended stays: the register's is found again by the next round.
    """
    own = people.own_contacts(cities.load(event.city), [event.person]).get(event.person, people.Own())
    said = {
        name: value for name, value in (("phone", own.phone), ("email", own.email), ("language", own.language)) if value
    }
    mine = Recipient.objects.filter(
        guardian=event.person, offer__city=event.city, offer__state__in=["open", "declined"]
    )
    mine.update(channel=own.channel, **said)
