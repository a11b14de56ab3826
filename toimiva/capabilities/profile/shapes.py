"""What a resident's own operations take and tell."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

from toimiva.core.http import Words
from toimiva.core.people import api as people

__all__ = [
    "Certificate", "ChannelOut", "ChildOut", "Code", "Contacts", "CorrectionOut", "Held", "HoldingOut",
    "MandateOut", "NewContact", "NewCorrection", "NewMandate", "PurposeOut", "SaidOut", "Sure",
    "UseOut", "Wish", "Word",
]  # fmt: skip


class ChildOut(Schema):
    """A child in one's custody."""

    person: str
    name: str
    born: date


class UseOut(Schema):
    """An access to one's data: `whose` is own, group (of `count` people) or everyone."""

    at: datetime
    actor: Words
    purpose: Words
    times: int
    whose: str
    count: int
    named: bool


class SaidOut(Schema):
    """Something one has said of a purpose; `entry` is its number in the ledger."""

    words: Words
    at: datetime
    entry: int


class PurposeOut(Schema):
    """A purpose. `choice` is what one may say (object, consent or nothing), `says` whether one has."""

    id: str
    name: str
    why: str
    law: str
    receives: str
    days: int
    version: str
    choice: str
    says: bool
    data: list[tuple[str, list[str]]]
    history: list[SaidOut]


class Word(Schema):
    """What one says of a purpose; a consent names the `version` of the text that was read."""

    say: Literal["object", "take back", "consent", "end"]
    version: str = Field("", max_length=16)


class Contacts(Schema):
    """Contacts of one's own and wishes; empty where the register's are used."""

    phone: str
    email: str
    language: str
    channel: str


class NewContact(Schema):
    """A contact to be taken into use: a code is sent to it."""

    kind: people.Kind
    value: str = Field(max_length=254)


class Code(Schema):
    """The code that was sent."""

    code: str = Field(max_length=20)


class Wish(Schema):
    """Language (fi, sv, en) and channel (sms, email, letter); empty leaves it to the city."""

    language: str = Field(max_length=2)
    channel: str = Field(max_length=10)


class ChannelOut(Schema):
    """A channel: what a message costs the city in cents, and the per cent of those sent that arrived."""

    id: str
    words: Words
    cents: float | None
    arrived: int | None


class CorrectionOut(Schema):
    """A request to correct a piece of data."""

    id: int
    person: str
    table: str
    field: str
    wanted: str
    asked: datetime
    due: datetime
    state: str
    words: Words
    answer: str


class NewCorrection(Schema):
    """What is wrong, in oneself's data or a child's, and what is right."""

    person: str = Field("", max_length=16, description="a child's pseudonym; empty for oneself")
    table: str = Field(max_length=80)
    field: str = Field(max_length=40)
    wanted: str = Field(min_length=1, max_length=1000)


class FormField(Schema):
    """What a form asks for: its type (person, choice, units, text, date, number, yes_no), and of a choice what there is
    to choose from, by name. Units are a list, the most wanted first, `most` at most."""

    name: str
    type: str
    label: str
    required: bool
    choices: dict[str, str]
    most: int


class FormOut(Schema):
    """The form of a service that one may apply to."""

    service: str
    title: str
    fields: list[FormField]


class NewApplication(Schema):
    """An application to a service, for oneself or a child in one's custody; `answers` by the names of the form's
    fields."""

    service: str = Field(max_length=40)
    person: str = Field("", max_length=16, description="a child's pseudonym; empty for oneself")
    answers: dict[str, str | float | list[str]] = Field(default_factory=dict)


class AppliedOut(Schema):
    """An application, and its answer once there is one: `granted` is not told until then."""

    id: int
    service: str
    person: str
    sent: datetime
    due: datetime
    answered: datetime | None
    granted: bool | None
    answer: str


class MandateOut(Schema):
    """A mandate: whom the giver calls `label` may `see` or `answer` until `ends`."""

    id: int
    giver: str
    holder: str
    label: str
    may: str
    starts: date
    ends: date


class NewMandate(Schema):
    """Whom one lets act."""

    identity_code: str = Field(max_length=11)
    label: str = Field(min_length=1, max_length=80)
    may: Literal["see", "answer"]
    ends: date


class Held(Schema):
    """For whom one may act."""

    mandate: MandateOut
    name: str


class HoldingOut(Schema):
    """Something a part has: erase, keep (why is the law) or wait (why is what must end first)."""

    what: Words
    count: int
    does: str
    why: Words


class Sure(Schema):
    """That one means it: an erasure cannot be undone."""

    sure: Literal[True]


class Certificate(Schema):
    """What was erased and what is kept by which law."""

    erasure: int
    done: datetime
    erased: list[dict[str, Any]]
    kept: list[dict[str, Any]]
