"""Mallila for tests: families, their phones, and the round lived through by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import polars as pl

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.rounds.ticking import tick
from toimiva.capabilities.services import api as services
from toimiva.capabilities.synthetic_city import api as synthetic
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.registers import api as registers

_KEYS = count()


@dataclass
class Phone:
    """A guardian's phone on the embedded network."""

    town: Town
    number: str

    @property
    def texts(self) -> list[str]:
        return [text.text for text in channels.texts_of(self.number) if text.from_city]

    @property
    def last(self) -> str:
        return self.texts[-1]

    def replies(self, text: str, at: datetime | None = None) -> None:
        """Write to the city, and let the city hear it at once."""
        moment = at or cities.now(self.town.city.id) + timedelta(minutes=5)
        channels.write_many([(f"test/{next(_KEYS)}", self.number, text, moment)])
        self.town.lives_to(moment)


@dataclass
class Family:
    """A child with an offer, and those who may answer it."""

    town: Town
    offer_id: str

    @property
    def offer(self) -> Offer:
        return Offer.objects.get(pk=self.offer_id)

    @property
    def recipients(self) -> list[Recipient]:
        return list(Recipient.objects.filter(offer_id=self.offer_id).order_by("pk"))

    @property
    def guardian(self) -> str:
        """The pseudonym of the first who may answer."""
        return self.recipients[0].guardian

    def phone(self, guardian: int = 0) -> Phone:
        return Phone(self.town, self.recipients[guardian].phone)

    @property
    def decision(self) -> Decision | None:
        return Decision.objects.filter(offer=self.offer_id).first()

    @property
    def link(self) -> str:
        row = self.recipients[0]
        return f"/o/{offers.token_of(self.offer_id, row.guardian)}/"


def register_of(city: cities.City) -> pl.DataFrame:
    """The population register as its keeper has it, codes and all."""
    residents, identities = (lake.read(city.id, f"population.residents{part}") for part in ("", ".identities"))
    identities = identities.with_columns(registers.unseal_all(city, identities["identity_code"]))
    return residents.join(identities, on="person")


class Town:
    """The small city and its pre-school round."""

    def __init__(self, city: cities.City) -> None:
        self.city = city
        self.service = services.get_service(city, "preschool")
        self.round: rounds.Round | None = None

    @classmethod
    def create(cls, *, signed: bool = True) -> Town:
        city = cities.load("mallila")
        synthetic.create_city(city, seed=1)
        town = cls(city)
        if signed:
            town.sign()
        return town

    def sign(self) -> None:
        decisions.sign(self.service, official="Maija Malli", role="Head", at=cities.now(self.city.id))

    def starts_a_round(self) -> rounds.Round:
        """Offers in the outbox and on the phones, on the morning the window opens."""
        self.round = rounds.start(self.service, seed=1, simulated=False)
        cities.set_to(self.city.id, self.round.opens)
        self.lives_to(self.round.opens)
        return self.round

    def lives_to(self, at: datetime) -> None:
        """Everything due by an instant happens, at that instant."""
        assert self.round is not None
        self.round.refresh_from_db()
        tick(self.service, [self.round], at=at, all_at_once=True)
        cities.set_to(self.city.id, at)

    def families(self, *, guardians: int | None = None, language: str | None = None) -> list[Family]:
        """Families with an open offer whose guardians all have phones of their own."""
        assert self.round is not None
        found = []
        for row in Offer.objects.filter(round=self.round.id, state="open").order_by("pk"):
            family = Family(self, row.pk)
            told = family.recipients
            numbers = {r.phone for r in told}
            fits = "" not in numbers and len(numbers) == len(told)
            fits = fits and not Recipient.objects.exclude(offer_id=row.pk).filter(phone__in=numbers).exists()
            fits = fits and (guardians is None or len(told) == guardians)
            if fits and (language is None or told[0].language == language):
                found.append(family)
        return found

    def family(self, **wanted) -> Family:
        return self.families(**wanted)[0]

    def ledger_holds(self) -> bool:
        return ledger.verify_all().fault is None
