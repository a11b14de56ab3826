"""Names and addresses, joined to pseudonyms only where a message or a document is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from toimiva.core.city.api import City
from toimiva.core.errors import NotAllowed
from toimiva.core.people.contacts import Own, own_contacts
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["Card", "Sample", "Standing", "cards", "samples", "standing"]

_IDENTITIES = "population.residents.identities"
_RESIDENTS = "population.residents"


@dataclass(frozen=True, slots=True)
class Card:
    """What is needed to write to a person. Address fields are empty when the purpose does not cover them.

    Phone and e-mail are the person's own where they have verified them; `language` and `channel` are their wishes.
    """

    person: str
    given_name: str | None
    surname: str
    phone: str | None
    email: str | None
    street_address: str | None
    postal_code: str | None
    language: str = ""
    channel: str = ""

    @property
    def full_name(self) -> str:
        """Given name, which a newborn may not have yet, and surname."""
        return f"{self.given_name or ''} {self.surname}".strip()


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a message about a person may still leave."""

    person: str
    died: date | None
    non_disclosure: bool
    municipality: str


def cards(
    city: City, persons: Sequence[str], *, purpose: str, actor: str, reason: str,
    snapshot: registers.Pinned | None = None, at: datetime | None = None,
) -> dict[str, Card]:  # fmt: skip
    """Cards of these people by pseudonym; those the register does not have are left out."""
    with purposes.open_gate(
        city,
        purpose,
        actor=actor,
        reason=reason,
        snapshot=snapshot,
        tables=[_IDENTITIES, _RESIDENTS],
        persons=persons,
        at=at,
    ) as gate:
        rows = gate.query(f'FROM "{_IDENTITIES}" LEFT JOIN "{_RESIDENTS}" USING (person) SELECT *')
    names = ("person", "given_name", "surname", "phone", "email", "street_address", "postal_code")
    own = own_contacts(city, persons)
    return {card[0]: _with_own(Card(*card), own.get(card[0])) for card in rows.select(names).iter_rows()}


def _with_own(card: Card, own: Own | None) -> Card:
    if own is None:
        return card
    return replace(
        card, phone=own.phone or card.phone, email=own.email or card.email, language=own.language, channel=own.channel
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """A person of a synthetic city, to be tried as."""

    identity_code: str
    name: str


def samples(city: City, *, purpose: str, actor: str, count: int = 12) -> list[Sample]:
    """Some guardians of a synthetic city, the youngest children's first. Raises NotAllowed for a real one."""
    if not city.synthetic:
        raise NotAllowed(what=f"{city.id} is real: nobody is tried as.", mend="Sign in as yourself.")
    with purposes.open_gate(city, purpose, actor=actor, reason="sample persons") as gate:
        rows = gate.query(_SAMPLES, [count])
    return [Sample(registers.unseal(city, code), name) for code, name in rows.iter_rows()]


_SAMPLES = f"""
SELECT identity_code, given_name || ' ' || surname FROM "{_IDENTITIES}" JOIN "{_RESIDENTS}" USING (person)
JOIN (SELECT guardian AS person, max(born) AS youngest FROM "population.guardianships" AS g
      JOIN "{_RESIDENTS}" AS c ON c.person = g.child GROUP BY guardian) USING (person)
WHERE died IS NULL AND given_name IS NOT NULL ORDER BY youngest DESC, person LIMIT ?"""


def standing(
    city: City, persons: Sequence[str], *, purpose: str, actor: str, reason: str, at: datetime | None = None
) -> dict[str, Standing]:
    """The newest the register says of these people, for checking before a message leaves."""
    with purposes.open_gate(
        city, purpose, actor=actor, reason=reason, tables=[_RESIDENTS], persons=persons, at=at
    ) as gate:
        rows = gate.query(f'SELECT person, died, non_disclosure, municipality FROM "{_RESIDENTS}"')
    return {row["person"]: Standing(**row) for row in rows.iter_rows(named=True)}
