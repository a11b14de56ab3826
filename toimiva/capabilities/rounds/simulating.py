"""Simulated families: who answers what and when, drawn from the model that the service states.

Every draw is a hash of the seed and the offer, so that a run that stops and goes on draws the same. Their texts are
written on the embedded phones; those without a phone answer on the web. Simulated is said wherever it is shown.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels

__all__ = ["Act", "acts_of_window", "phones_off", "switch_phones_off"]

_YES = {
    "fi": ("K", "Kyllä", "kyllä kiitos!", "KYLLÄ", "Joo", "ok 👍", "Otamme paikan, kiitos", "Kyllä, sopii"),
    "sv": ("Ja", "JA tack", "ja", "Ok", "Ja gärna!", "J"),
    "en": ("Yes", "YES", "yes please", "Ok, thank you", "Y", "👍"),
}  # fmt: skip
_NO = {
    "fi": ("Ei", "EI", "ei kiitos", "Ei käy", "E"),
    "sv": ("Nej", "NEJ tack", "nej", "N"),
    "en": ("No", "NO", "no thanks", "Not ok"),
}
_UNCLEAR = {"fi": "Mikä tämä on?", "sv": "Vad gäller det?", "en": "What is this?"}
_SIGMA = 1.2  # of the logarithm of the delay: most answer within a day, some on the last
_BOTH_ANSWER, _BOTH_AGREE, _WISHES, _MIND_CHANGES = 0.12, 0.93, 0.7, 0.004


@dataclass(frozen=True, slots=True)
class Act:
    """Something a simulated guardian does: a text from a phone, or a click on the web (no `number`)."""

    at: datetime
    offer: str
    guardian: str
    number: str
    text: str
    yes: bool
    wishes: Sequence[str] = ()


def draw(seed: int, *what: object) -> float:
    """A number between 0 and 1 that depends on the seed and what it is for."""
    text = "/".join(map(str, (seed, *what)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big") / 2**56


def phones_off(service: Service, row: Round, numbers: Sequence[str]) -> list[str]:
    """Numbers whose phones get nothing in this round."""
    share = service.definition.simulation.phones_off
    return sorted({number for number in numbers if number and draw(row.seed, "off", number) < share})


def switch_phones_off(row: Round, service: Service) -> None:
    """Let the phones that the model has off get nothing."""
    rows = offers.recipients_of(offer.id for offer in offers.offers_of(row.id))
    channels.switch_off(phones_off(service, row, [r.phone for told in rows.values() for r in told]))


def acts_of_window(service: Service, row: Round, wave: int) -> list[Act]:
    """Everything the families of a wave will do, in order of time."""
    rows = offers.offers_of(row.id, wave=wave)
    told = offers.recipients_of(offer.id for offer in rows)
    return sorted(
        (act for offer in rows for act in _family(service, row, offer, told[offer.id])), key=lambda a: (a.at, a.offer)
    )


def _family(
    service: Service, row: Round, offer: offers.OfferView, told: Sequence[offers.RecipientView]
) -> Iterator[Act]:
    model = service.definition.simulation

    def chance(name: str) -> float:
        return draw(row.seed, offer.person, offer.wave, name)

    if chance("replies") >= model.replies:
        return
    yes = chance("accepts") < model.accepts
    first = int(chance("who") * len(told))
    at = offer.opens + _delay(model.median_delay_hours, chance("delay"))
    if chance("unclear") < model.unclear:
        yield _act(offer, told[first], at, _UNCLEAR[told[first].language], yes)
        at += timedelta(minutes=20 + 300 * chance("again"))
    yield _answer(row, offer, told[first], at, yes=yes)
    if chance("mind") < _MIND_CHANGES:
        yield _answer(row, offer, told[first], at + timedelta(hours=3), yes=not yes)
    elif len(told) > 1 and chance("both") < _BOTH_ANSWER:
        agree = chance("agree") < _BOTH_AGREE
        other = told[(first + 1) % len(told)]
        yield _answer(row, offer, other, at + timedelta(hours=1 + 20 * chance("later")), yes=yes if agree else not yes)


def _delay(median_hours: float, chance: float) -> timedelta:
    spread = NormalDist().inv_cdf(min(max(chance, 1e-6), 1 - 1e-6)) * _SIGMA
    return timedelta(hours=median_hours * math.exp(spread))


def _answer(row: Round, offer: offers.OfferView, who: offers.RecipientView, at: datetime, *, yes: bool) -> Act:
    words = (_YES if yes else _NO)[who.language]
    text = words[int(draw(row.seed, offer.id, who.guardian, yes, "words") * len(words))]
    return _act(offer, who, at, text, yes, _wishes(row, offer) if not yes else ())


def _wishes(row: Round, offer: offers.OfferView) -> Sequence[str]:
    """Most of those who decline wish for two or three of the nearest other units."""
    if draw(row.seed, offer.id, "wishes") >= _WISHES:
        return ()
    count = 2 + int(draw(row.seed, offer.id, "count") * 2)
    nearest = sorted(offer.choices, key=lambda c: draw(row.seed, offer.id, c["unit"]) + c["travel_m"] / 2000)
    return [choice["unit"] for choice in nearest[:count]]


def _act(
    offer: offers.OfferView, who: offers.RecipientView, at: datetime, text: str, yes: bool, wishes: Sequence[str] = ()
) -> Act:
    return Act(at, offer.id, who.guardian, who.phone, text, yes, wishes)
