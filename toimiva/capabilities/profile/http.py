"""A resident's own operations: what each page below /my/ does, for a program that the resident uses while signed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from ninja.pagination import paginate

from toimiva.capabilities.applications import api as applications
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.profile.applying import apply, form_told, service_with_form, services_with_forms
from toimiva.capabilities.profile.archiving import RegisterEntry, archive_of
from toimiva.capabilities.profile.contacting import channels_told, give_contact
from toimiva.capabilities.profile.correcting import STATE_WORDS, ask_correction, asked_by
from toimiva.capabilities.profile.family import child_of, children_of
from toimiva.capabilities.profile.having import Entry, own_data, value_in
from toimiva.capabilities.profile.mandating import (
    acting_for,
    answer_for,
    give_mandate,
    mandates_given,
    mandates_held,
    names_of_actors,
    withdraw_mandate,
)
from toimiva.capabilities.profile.saying import say
from toimiva.capabilities.profile.shapes import (
    AppliedOut,
    Certificate,
    ChannelOut,
    ChildOut,
    Code,
    Contacts,
    CorrectionOut,
    FormOut,
    Held,
    HoldingOut,
    MandateOut,
    NewApplication,
    NewContact,
    NewCorrection,
    NewMandate,
    PurposeOut,
    Sure,
    UseOut,
    Wish,
    Word,
)
from toimiva.capabilities.profile.telling import tell, tell_all
from toimiva.capabilities.profile.using import Use, uses_of
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound
from toimiva.core.http import REFUSALS, Number, Problem
from toimiva.core.identity.api import Resident, ResidentSession
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people
from toimiva.core.retention import api as retention

__all__ = ["router"]

router = Router(auth=ResidentSession(), tags=["my"])


def _me(request: HttpRequest) -> Resident:
    found: Resident = request.auth  # type: ignore[attr-defined]
    return found


def _now(me: Resident) -> datetime:
    return cities.now(me.city.id)


def _language(request: HttpRequest) -> str:
    return request.LANGUAGE_CODE


@router.get("/offers", response={200: list[offers.Offered], REFUSALS: Problem})
@paginate
def list_offers(request: HttpRequest) -> Sequence[offers.OfferView]:
    """What one has been offered, newest first."""
    me = _me(request)
    return offers.offers_to(me.city.id, me.person)


def _offer(me: Resident, offer: str) -> offers.OfferView:
    found = next((one for one in offers.offers_to(me.city.id, me.person) if one.id == offer), None)
    if found is None:
        raise NotFound(what="There is no such offer.", mend="See the list of offers.")
    return found


@router.get("/offers/{offer}", response={200: offers.Offered, REFUSALS: Problem})
def get_offer(request: HttpRequest, offer: str) -> offers.OfferView:
    """One offer."""
    return _offer(_me(request), offer)


@router.post("/offers/{offer}/answer", response={200: offers.Outcome, REFUSALS: Problem})
def answer_offer(request: HttpRequest, offer: str, body: offers.Answered) -> dict[str, object]:
    """Answer an offer; the same again changes nothing."""
    me = _me(request)
    outcome = offers.answer_now(_offer(me, offer).id, me.person, body.answer == "yes", at=_now(me))
    return {"outcome": offers.outcome_words(outcome)}


@router.put("/offers/{offer}/wishes", response={204: None, REFUSALS: Problem})
def wish_for_units(request: HttpRequest, offer: str, body: offers.Wishes) -> Any:
    """Wish for other units after declining; units that cannot be wished for are left out."""
    me = _me(request)
    offers.wish_for(_offer(me, offer).id, body.units, guardian=me.person, at=_now(me))
    return Status(204, None)


def _entries(found: Sequence[Entry]) -> Iterator[RegisterEntry]:
    for entry in found:
        yield RegisterEntry(source=entry.register, owner=entry.owner, law=entry.law, fields=dict(entry.fields))


@router.get("/data", response={200: list[RegisterEntry], REFUSALS: Problem})
def get_data(request: HttpRequest) -> list[RegisterEntry]:
    """What the registers have about oneself."""
    me = _me(request)
    return list(_entries(own_data(me.city, me.person, reader=me.person, language=_language(request))))


@router.get("/children", response={200: list[ChildOut], REFUSALS: Problem})
def list_children(request: HttpRequest) -> Sequence[Any]:
    """Children in one's custody."""
    me = _me(request)
    return children_of(me.city, me.person)


@router.get("/children/{person}/data", response={200: list[RegisterEntry], REFUSALS: Problem})
def get_childs_data(request: HttpRequest, person: str) -> list[RegisterEntry]:
    """What the registers have about a child in one's custody."""
    me = _me(request)
    child = child_of(me.city, me.person, person)
    return list(_entries(own_data(me.city, child.person, reader=me.person, language=_language(request))))


@router.get("/uses", response={200: list[UseOut], REFUSALS: Problem})
@paginate
def list_uses(request: HttpRequest) -> list[Use]:
    """Who has looked at one's data and one's children's, newest first."""
    me = _me(request)
    persons = [me.person, *(child.person for child in children_of(me.city, me.person))]
    return uses_of(me.city, persons, language=_language(request), names=names_of_actors(me.city, me.person))


@router.get("/purposes", response={200: list[PurposeOut], REFUSALS: Problem})
def list_purposes(request: HttpRequest) -> Sequence[Any]:
    """Why data is used, and one's say."""
    me = _me(request)
    return tell_all(me.city, me.person, _language(request))


@router.get("/purposes/{purpose}", response={200: PurposeOut, REFUSALS: Problem})
def get_purpose(request: HttpRequest, purpose: str) -> Any:
    """One purpose."""
    me = _me(request)
    return tell(me.city, me.person, purpose, _language(request))


@router.put("/purposes/{purpose}/say", response={204: None, REFUSALS: Problem})
def say_of_purpose(request: HttpRequest, purpose: str, body: Word) -> Any:
    """Object, consent, or take either back; it holds at once."""
    say(_me(request), purpose, body.say, version=body.version)
    return Status(204, None)


@router.get("/receipts/{entry}", response={200: dict[str, Any], REFUSALS: Problem})
def get_receipt(request: HttpRequest, entry: Number) -> Any:
    """The ledger's receipt of an entry about oneself, from the next day on."""
    return ledger.receipt_about(entry, _me(request).person)


@router.get("/contacts", response={200: Contacts, REFUSALS: Problem})
def get_contacts(request: HttpRequest) -> people.Own:
    """Contacts of one's own, language and channel."""
    me = _me(request)
    return people.own_contacts(me.city, [me.person]).get(me.person, people.Own())


@router.post("/contacts", response={202: None, REFUSALS: Problem})
def new_contact(request: HttpRequest, body: NewContact) -> Any:
    """Begin to use a contact: a code is sent to it."""
    give_contact(_me(request), body.kind, body.value, language=_language(request))
    return Status(202, None)


@router.put("/contacts/{kind}", response={204: None, REFUSALS: Problem})
def prove_contact(request: HttpRequest, kind: people.Kind, body: Code) -> Any:
    """Take the contact into use by its code."""
    me = _me(request)
    people.verify_contact(me.city, me.person, kind, body.code, at=_now(me))
    return Status(204, None)


@router.delete("/contacts/{kind}", response={204: None, REFUSALS: Problem})
def drop_contact(request: HttpRequest, kind: people.Kind) -> Any:
    """Use the register's contact again."""
    me = _me(request)
    people.end_contact(me.city, me.person, kind, at=_now(me))
    return Status(204, None)


@router.put("/wish", response={204: None, REFUSALS: Problem})
def wish(request: HttpRequest, body: Wish) -> Any:
    """Say in which language and by which channel one wants to be written to."""
    me = _me(request)
    people.wish(me.city, me.person, language=body.language, channel=body.channel, at=_now(me))
    return Status(204, None)


@router.get("/channels", response={200: list[ChannelOut], REFUSALS: Problem})
def list_channels(request: HttpRequest) -> list[Any]:
    """What a message costs and reaches, by channel."""
    return list(channels_told(_me(request)))


def _correction(row: Any) -> dict[str, Any]:
    names = ("id", "person", "table", "field", "wanted", "asked", "due", "state", "answer")
    return {name: getattr(row, name) for name in names} | {"words": STATE_WORDS[row.state]}


@router.get("/corrections", response={200: list[CorrectionOut], REFUSALS: Problem})
@paginate
def list_corrections(request: HttpRequest) -> list[dict[str, Any]]:
    """Corrections that one has asked for, newest first."""
    me = _me(request)
    return [_correction(row) for row in asked_by(me.city, me.person)]


@router.post("/corrections", response={201: CorrectionOut, REFUSALS: Problem})
def new_correction(request: HttpRequest, body: NewCorrection) -> Any:
    """Ask for a correction of one's own data or a child's."""
    me = _me(request)
    person = child_of(me.city, me.person, body.person).person if body.person else me.person
    told = own_data(me.city, person, reader=me.person, language=_language(request))
    was = value_in(told, body.table, body.field)
    row = ask_correction(
        me.city, person, body.table, body.field, was=was, wanted=body.wanted, by=me.person, at=_now(me)
    )
    return Status(201, _correction(row))


@router.get("/applications/forms", response={200: list[FormOut], REFUSALS: Problem})
def list_forms(request: HttpRequest) -> list[dict[str, Any]]:
    """Forms of the services that one may apply to."""
    me, language = _me(request), _language(request)
    return [form_told(service, language) for service in services_with_forms(me.city)]


@router.get("/applications", response={200: list[AppliedOut], REFUSALS: Problem})
@paginate
def list_applications(request: HttpRequest) -> Sequence[Any]:
    """What one has applied for, newest first, with the answers."""
    me = _me(request)
    return applications.sent_by(me.city, me.person)


@router.post("/applications", response={201: AppliedOut, REFUSALS: Problem})
def new_application(request: HttpRequest, body: NewApplication) -> Any:
    """Apply to a service, for oneself or for a child in one's custody."""
    me = _me(request)
    service, whom = service_with_form(me.city, body.service), body.person or me.person
    return Status(201, apply(service, me.person, whom, body.answers, language=_language(request), at=_now(me)))


@router.get("/mandates", response={200: list[MandateOut], REFUSALS: Problem})
def list_mandates(request: HttpRequest) -> Sequence[Any]:
    """Mandates that one has given."""
    me = _me(request)
    return mandates_given(me.city, me.person)


@router.post("/mandates", response={201: MandateOut, REFUSALS: Problem})
def new_mandate(request: HttpRequest, body: NewMandate) -> Any:
    """Let somebody act for oneself, from today."""
    me = _me(request)
    row = give_mandate(
        me.city, me.person, body.identity_code, label=body.label, may=body.may, starts=cities.today(me.city),
        ends=body.ends, at=_now(me),
    )  # fmt: skip
    return Status(201, row)


@router.delete("/mandates/{mandate}", response={204: None, REFUSALS: Problem})
def end_mandate(request: HttpRequest, mandate: Number) -> Any:
    """End one that was given, or give up one that is held."""
    me = _me(request)
    withdraw_mandate(me.city, mandate, me.person, at=_now(me))
    return Status(204, None)


@router.get("/acting", response={200: list[Held], REFUSALS: Problem})
def list_held(request: HttpRequest) -> list[dict[str, Any]]:
    """For whom one may act."""
    me = _me(request)
    return [{"mandate": row, "name": name} for row, name in mandates_held(me.city, me.person, at=_now(me))]


@router.get("/acting/{giver}/offers", response={200: list[offers.Offered], REFUSALS: Problem})
@paginate
def list_offers_of_another(request: HttpRequest, giver: str) -> Sequence[offers.OfferView]:
    """What another has been offered, by their mandate."""
    me = _me(request)
    mandate, _name = acting_for(me.city, me.person, giver, at=_now(me))
    return offers.offers_to(me.city.id, mandate.giver)


@router.get("/acting/{giver}/data", response={200: list[RegisterEntry], REFUSALS: Problem})
def get_data_of_another(request: HttpRequest, giver: str) -> list[RegisterEntry]:
    """What the registers have about another, by their mandate."""
    me = _me(request)
    mandate, _name = acting_for(me.city, me.person, giver, at=_now(me))
    return list(_entries(own_data(me.city, mandate.giver, reader=me.person, language=_language(request))))


@router.post("/acting/{giver}/offers/{offer}/answer", response={200: offers.Outcome, REFUSALS: Problem})
def answer_for_another(request: HttpRequest, giver: str, offer: str, body: offers.Answered) -> dict[str, object]:
    """Answer an offer for another, by a mandate that lets one answer."""
    me = _me(request)
    outcome = answer_for(me.city, me.person, giver, offer, yes=body.answer == "yes", at=_now(me))
    return {"outcome": offers.outcome_words(outcome)}


_ZIP = {"responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}}


@router.get("/archive", response={REFUSALS: Problem}, openapi_extra=_ZIP)
def get_archive(request: HttpRequest) -> HttpResponse:
    """All of it as one file."""
    me = _me(request)
    packed = archive_of(me.city, me.person, language=_language(request))
    return HttpResponse(packed, content_type="application/zip")


@router.get("/erasure", response={200: list[HoldingOut], REFUSALS: Problem})
def plan_erasure(request: HttpRequest) -> list[Any]:
    """What an erasure would do now; nothing is changed."""
    me = _me(request)
    return [held for found in retention.plan_of(me.city, me.person).parts.values() for held in found]


@router.post("/erasure", response={200: Certificate, REFUSALS: Problem})
def erase(request: HttpRequest, body: Sure) -> dict[str, Any]:
    """Erase what no law keeps, and sign out; the certificate."""
    me = _me(request)
    certificate = retention.erase(me.city, me.person, actor=me.person, at=_now(me))
    request.session.flush()
    return certificate
