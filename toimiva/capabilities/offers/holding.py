"""What offers have of a person: as a child who is offered something, and as a guardian who is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.city.api import City
from toimiva.core.purposes import api as purposes
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["OfferHolder"]

_NOBODY = {"name": "", "phone": "", "email": "", "postal_address": ""}


@holders.register("offers")
class OfferHolder(Holder):
    """Names, contacts, links and texts go; the offer itself stays with its decision, under a pseudonym."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Offers about the person and to the person."""
        mine = Offer.objects.filter(city=city.id, person=person)
        asked = Recipient.objects.filter(offer__city=city.id, guardian=person)
        under_way = mine.filter(state="open").count() + asked.filter(offer__state="open").count()
        if under_way:
            why = gettext_lazy("answer it first, or wait until its time has ended")
            yield Holding(gettext_lazy("offers that wait for an answer"), under_way, "wait", why)
        for what, count in (
            (gettext_lazy("your name in offers"), mine.exclude(child_name="").count()),
            (gettext_lazy("your name, contacts and links to offers"), asked.exclude(name="").count()),
        ):
            if count:
                yield Holding(what, count, "erase", "")
        yield from _of_children(city, asked)
        if mine.exists():
            why = gettext_lazy("what a decision rests on, without a name; kept as long as the decision")
            yield Holding(gettext_lazy("offers about you"), mine.count(), "keep", why)

    def erase(self, city: City, person: str) -> None:
        """As a child and as a guardian. Guardians' addresses stay with the child's messages: they are theirs."""
        mine = Offer.objects.filter(city=city.id, person=person)
        channels.forget_texts(list(mine.values_list("pk", flat=True)))
        _forget_names(mine)
        _forget_contacts(Recipient.objects.filter(offer__city=city.id, guardian=person))

    def expire(self, city: City, at: datetime) -> int:
        """Offers that closed longer ago than the service's message purpose keeps."""
        known = purposes.purposes(city)
        gone = 0
        for name in services.names_of(city):
            days = known[services.get_service(city, name).definition.message_purpose].retention_days
            old = Offer.objects.filter(city=city.id, service=name, closes__lt=at - timedelta(days=days))
            gone += _forget_contacts(Recipient.objects.filter(offer__in=old))
            channels.forget_messages(list(old.values_list("pk", flat=True)))
            gone += _forget_names(old)
        return gone


def _of_children(city: City, asked: QuerySet[Recipient]) -> Iterator[Holding]:
    """What officials have written of the children whom the person was asked for: it may name the person."""
    written = len(cases.notes_about(city.id, set(asked.values_list("offer__person", flat=True))))
    if written:
        why = gettext_lazy("part of the child's matter, and goes with the child's data; it may name you")
        yield Holding(gettext_lazy("what officials have written in your children's cases"), written, "keep", why)


def _forget_names(rows: QuerySet[Offer]) -> int:
    return rows.exclude(child_name="").update(child_name="")


def _forget_contacts(rows: QuerySet[Recipient]) -> int:
    """A link that is gone opens nothing: its hash becomes something that no token has."""
    nobody = Concat(Value("erased "), Cast(F("pk"), CharField()))
    return rows.exclude(name="").update(**_NOBODY, token=nobody)
