"""Programs of residents and of the city: the same as the pages do, once for each key, and not sent again unchanged."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.parts.town import Town
from tests.stories.test_access import official_who_is, signed_in
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.offers.models import Offer
from toimiva.capabilities.rounds.models import Round
from toimiva.core.city import api as cities
from toimiva.core.idempotency.models import Given
from toimiva.core.identity.models import SignIn
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes
from toimiva.core.retention import api as retention


@pytest.fixture
def town(town: Town) -> Town:
    town.starts_a_round()
    return town


def sends(client: Client, method: str, address: str, body: object = None, **headers):
    """A JSON request to the API."""
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(client, method)(f"/api/v1{address}", headers=headers, **content)


def test_a_parents_program_reads_answers_and_sees_who_looked(town):
    family = town.families(guardians=1)[0]
    me = signed_in("resident", family.guardian)

    (offer,) = sends(me, "get", "/my/offers").json()["items"]
    assert (offer["id"], offer["state"]) == (family.offer.pk, "open")
    told = sends(me, "post", f"/my/offers/{offer['id']}/answer", {"answer": "yes"})
    assert told.status_code == 200
    assert "confirmed" in told.json()["outcome"]
    assert family.offer.state == "accepted"
    assert sends(me, "get", "/my/uses").json()["items"][0]["actor"]
    (child,) = [c for c in sends(me, "get", "/my/children").json() if c["person"] == family.offer.person]
    assert sends(me, "get", f"/my/children/{child['person']}/data").json()


def test_a_word_by_a_program_holds_at_once(town):
    family = town.families(guardians=1)[0]
    me = signed_in("resident", family.guardian)

    assert sends(me, "put", "/my/purposes/preschool-placement/say", {"say": "object"}).status_code == 204

    assert family.offer.state == "withdrawn"
    assert purposes.objects(town.city, [family.guardian], "preschool-placement")
    told = sends(me, "get", "/my/purposes/preschool-placement").json()
    assert (told["choice"], told["says"], len(told["history"])) == ("object", True, 1)


def test_nobody_reaches_anothers_things_by_a_program(town):
    mine, other = town.families(guardians=1)[:2]
    me = signed_in("resident", mine.guardian)

    assert sends(me, "get", f"/my/offers/{other.offer.pk}").status_code == 404
    assert sends(me, "post", f"/my/offers/{other.offer.pk}/answer", {"answer": "no"}).status_code == 404
    assert sends(me, "get", f"/my/children/{other.offer.person}/data").status_code == 404
    assert sends(me, "get", f"/my/acting/{other.guardian}/data").status_code == 404
    assert sends(me, "get", "/cases?city=mallila").status_code == 403
    assert sends(Client(), "get", "/my/offers").status_code == 401
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = me.cookies
    assert sends(forged, "post", f"/my/offers/{mine.offer.pk}/answer", {"answer": "no"}).status_code == 403
    assert other.offer.state == mine.offer.state == "open"


def test_what_is_asked_twice_with_one_key_is_done_once(town):
    family = town.families(guardians=1)[0]
    me, before = signed_in("resident", family.guardian), ledger.count()
    address = f"/my/offers/{family.offer.pk}/answer"

    first, second = (sends(me, "post", address, {"answer": "no"}, **{"Idempotency-Key": "k1"}) for _ in range(2))
    entries = ledger.count()
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert [e["body"]["outcome"] for e in ledger.about(family.offer.person, kind="offer.answered")] == ["declined"]
    assert entries > before
    assert sends(me, "post", address, {"answer": "yes"}, **{"Idempotency-Key": "k1"}).status_code == 422
    assert (
        sends(me, "post", address, {"answer": "no"}, **{"Idempotency-Key": "k2"}).json()["outcome"].startswith("We had")
    )
    assert sends(me, "post", address, {"answer": "no"}, **{"Idempotency-Key": ""}).status_code == 422

    stranger = signed_in("resident", town.families(guardians=1)[0].guardian)
    assert sends(stranger, "post", address, {"answer": "no"}, **{"Idempotency-Key": "k1"}).status_code == 404


def test_what_was_answered_in_a_session_that_has_ended_is_told_to_nobody(town):
    me = signed_in("resident", town.families(guardians=1)[0].guardian)
    asked = {"kind": "phone", "value": "040 123 4567"}
    assert sends(me, "post", "/my/contacts", asked, **{"Idempotency-Key": "k1"}).status_code == 202
    SignIn.objects.update(ended=timezone.now())
    assert sends(me, "post", "/my/contacts", asked, **{"Idempotency-Key": "k1"}).status_code == 401


def test_a_first_request_that_is_not_done_yet_is_not_done_beside_itself(town):
    family = town.families(guardians=1)[0]
    me = signed_in("resident", family.guardian)
    address = f"/my/offers/{family.offer.pk}/answer"
    sends(me, "post", address, {"answer": "no"}, **{"Idempotency-Key": "k1"})
    Given.objects.update(status=None)

    assert sends(me, "post", address, {"answer": "no"}, **{"Idempotency-Key": "k1"}).status_code == 409
    Given.objects.update(at=Given.objects.get().at - timedelta(days=2))
    assert sends(me, "post", address, {"answer": "no"}, **{"Idempotency-Key": "k1"}).status_code == 200
    assert retention.expire_all(town.city, at=cities.now("mallila")).get("idempotency") is None


def test_what_has_not_changed_is_not_sent_again(town):
    me = signed_in("resident", town.families(guardians=1)[0].guardian)
    first = sends(me, "get", "/my/offers")

    again = sends(me, "get", "/my/offers", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first.headers["Cache-Control"]
    Offer.objects.filter(state="open").update(state="withdrawn")
    assert sends(me, "get", "/my/offers", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_lists_come_in_pages(town):
    official = official_who_is("0" * 16)
    whole = sends(official, "get", "/cases?city=mallila").json()
    page = sends(official, "get", "/cases?city=mallila&limit=2&offset=1").json()
    assert page["count"] == whole["count"] == Case.objects.filter(closed=None).count()
    assert page["items"] == whole["items"][1:3]
    assert sends(official, "get", "/cases?city=mallila&limit=5000").status_code == 422


def test_an_officials_program_takes_notes_and_closes_a_case(town):
    official = official_who_is("0" * 16)
    case = sends(official, "get", "/cases?city=mallila&limit=1").json()["items"][0]
    address = f"/cases/{case['id']}"

    assert sends(official, "put", f"{address}/assigned", {"to": "Olli Ohje"}).status_code == 204
    assert sends(official, "post", f"{address}/notes", {"text": "Called."}).status_code == 204
    assert sends(official, "get", address).json()["case"]["assigned"] == "Olli Ohje"
    assert (
        sends(official, "post", f"{address}/closing", {"outcome": "nothing_to_do", "note": "Done."}).status_code == 204
    )
    assert sends(official, "post", f"{address}/closing", {"outcome": "nothing_to_do", "note": "x"}).status_code == 409
    assert Case.objects.get(pk=case["id"]).closed


def test_a_planners_program_rehearses_begins_pauses_and_stops_a_round(town):
    planner = official_who_is("0" * 16, roles=("rounds",))
    Round.objects.update(phase="measured")
    plan = sends(planner, "get", "/rounds/plan/mallila/preschool?kept_back=90").json()
    assert plan["unplaced"] > 0
    assert plan["offered"] + plan["unplaced"] <= plan["cohort"]

    begun = sends(planner, "post", "/rounds", {"city": "mallila", "service": "preschool", "opens": "2028-01-24"})
    assert begun.status_code == 201
    address = f"/rounds/{begun.json()['id']}"
    assert sends(planner, "put", f"{address}/paused", {"paused": True}).json()["paused"]
    standing = sends(planner, "get", address).json()
    assert standing["round"]["paused"]
    stopped = sends(planner, "post", f"{address}/stop").json()
    assert stopped["withdrawn"] == standing["states"].get("open", 0)
    assert sends(planner, "get", f"{address}/report").status_code == 409


def test_a_designers_program_changes_a_parameter_and_another_publishes_it(town):
    designer = official_who_is("0" * 16, roles=("design",))
    draft = sends(designer, "post", "/drafts", {"city": "mallila", "service": "preschool"}).json()
    value = {"name": "preschool_age", "value": "5", "since": "2027-01-01", "source": "a trial"}
    address = f"/drafts/{draft['id']}"

    assert sends(designer, "post", f"{address}/parameters", value).status_code == 204
    assert sends(designer, "get", f"{address}/effect").json()["changed"] > 0
    assert sends(designer, "post", f"{address}/publication").status_code == 403  # by its own author
    assert sends(designer, "delete", address).status_code == 204
    assert sends(designer, "get", address).json()["state"] == "dropped"
