"""All that is about a resident as one file: JSON with its schema, a page to read, the decisions (GDPR, article 15)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.template.loader import render_to_string
from pydantic import BaseModel

from toimiva.capabilities.applications import api as applications
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.profile.family import children_of
from toimiva.capabilities.profile.having import Entry, own_data
from toimiva.capabilities.profile.mandating import names_of_actors
from toimiva.capabilities.profile.telling import tell_all
from toimiva.capabilities.profile.using import uses_of
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.ledger import api as ledger

__all__ = ["Archive", "archive_of", "contents"]


class RegisterEntry(BaseModel):
    """A register's entry, its fields by their titles."""

    source: str
    owner: str
    law: str
    fields: dict[str, str]


class ChildData(BaseModel):
    """A child in one's custody."""

    name: str
    born: date
    entries: list[RegisterEntry]


class Offered(BaseModel):
    """What one was offered, for whom, and what became of it; `decision` names a file of the archive."""

    service: str
    child: str
    opened: datetime
    closes: datetime
    state: str
    decision: str | None


class AppliedFor(BaseModel):
    """What one applied for, and the answer once there is one."""

    service: str
    sent: datetime
    answers: dict[str, str]
    granted: bool | None
    answer: str


class Used(BaseModel):
    """A use of the data."""

    at: datetime
    by: str
    purpose: str
    whose: str
    times: int


class Say(BaseModel):
    """A purpose, whether one has objected to it, and whether one consents to it."""

    purpose: str
    name: str
    objects: bool
    consents: bool


class Archive(BaseModel):
    """Everything, as of an instant."""

    city: str
    made: datetime
    simulated: bool
    entries: list[RegisterEntry]
    children: list[ChildData]
    offers: list[Offered]
    applications: list[AppliedFor]
    uses: list[Used]
    says: list[Say]


def archive_of(city: City, person: str, *, language: str) -> bytes:
    """The archive as a ZIP file: data.json, schema.json, index.html, decisions as PDF, and receipts of the ledger."""
    told = offers.offers_to(city.id, person)
    documents = {offer.id: found for offer in told if (found := decisions.document_of(offer.id))}
    content = _content(city, person, told, {key: f"decisions/{number}.pdf" for key, (number, _) in documents.items()},
                       language)  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", content.model_dump_json(indent=1))
        file.writestr("schema.json", json.dumps(Archive.model_json_schema(), indent=1))
        file.writestr("index.html", render_to_string("profile/archive.html", {"archive": content}))
        for name, path in documents.values():
            file.write(path, f"decisions/{name}.pdf")
        for number, receipt in ledger.receipts_about(person).items():
            file.writestr(f"receipts/{number}.json", json.dumps(receipt, ensure_ascii=False))
    return packed.getvalue()


def contents(city: City, person: str, *, language: str) -> Archive:
    """What the archive tells, without its files."""
    return _content(city, person, offers.offers_to(city.id, person), {}, language)


def _content(
    city: City, person: str, told: Sequence[offers.OfferView], files: dict[str, str], language: str
) -> Archive:
    children = children_of(city, person)
    persons = [person, *(child.person for child in children)]
    uses = uses_of(city, persons, language=language, names=names_of_actors(city, person))
    return Archive(
        city=cities.text_in(city.names, language), made=cities.now(city.id), simulated=city.synthetic,
        entries=_entries(own_data(city, person, reader=person, language=language)),
        children=[
            ChildData(
                name=child.name, born=child.born,
                entries=_entries(own_data(city, child.person, reader=person, language=language)),
            )
            for child in children
        ],
        offers=[
            Offered(
                service=offer.service, child=offer.child_name, opened=offer.opens, closes=offer.closes,
                state=offer.state, decision=files.get(offer.id),
            )
            for offer in told
        ],
        applications=[_applied(row, language) for row in applications.sent_by(city, person)],
        uses=[Used(at=u.at, by=str(u.actor), purpose=u.purpose, whose=u.whose, times=u.times) for u in uses],
        says=list(_says(city, person, language)),
    )  # fmt: skip


def _applied(row: applications.Sent, language: str) -> AppliedFor:
    read = applications.read(row, language)
    return AppliedFor(
        service=read.service, sent=row.sent, answers=dict(read.answers), granted=row.granted, answer=row.answer
    )  # fmt: skip


def _entries(found: Sequence[Entry]) -> list[RegisterEntry]:
    return [RegisterEntry(source=e.register, owner=e.owner, law=e.law, fields=dict(e.fields)) for e in found]


def _says(city: City, person: str, language: str) -> Iterator[Say]:
    for told in tell_all(city, person, language):
        objects, consents = (told.choice == choice and told.says for choice in ("object", "consent"))
        yield Say(purpose=told.id, name=told.name, objects=objects, consents=consents)
