"""Who may open what: declared in one place, held before any page, walked by every role."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.stories.conftest import code_of
from tests.stories.every_page import pages_of
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.profile import api as profile
from toimiva.core.city import api as cities
from toimiva.core.identity.api import ANYONE, DEVELOPMENT, KEY, LINK, RESIDENT, SIGNED_IN, role_of
from toimiva.core.identity.models import SignIn
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.project import access, cli
from toimiva.project.matrix import matrix, roles, routes

OPEN = {200, 204}


def test_every_address_has_its_audience_and_no_audience_is_left_over():
    assert set(routes()) == set(access.ACCESS)


@pytest.mark.parametrize("open_pages", [True, False])
@pytest.mark.parametrize("production", [True, False])
def test_the_guard_holds_what_is_declared(settings, open_pages, production):
    settings.OPEN_STAFF_PAGES, settings.PRODUCTION = open_pages, production

    differing = [cell for cell in matrix() if cell.declared != cell.tried]

    assert differing == []


def test_an_address_that_nobody_declared_is_open_to_nobody(live, monkeypatch, settings):
    settings.OPEN_STAFF_PAGES = True
    monkeypatch.setattr(access, "ACCESS", {k: v for k, v in access.ACCESS.items() if k != "rounds/"})

    assert Client().get("/rounds/").status_code == 403


def test_the_matrix_is_printed_and_fails_where_the_guard_differs(monkeypatch, capsys, db):
    assert cli.main(["access-matrix", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["differences"] == 0
    assert len(printed["cells"]) == len(list(routes())) * len(roles())

    monkeypatch.setattr("toimiva.project.matrix.refusal", lambda *_: None)  # a guard that lets everyone in
    assert cli.main(["access-matrix"]) == 1
    assert "is declared closed and found open" in capsys.readouterr().out


def signed_in(role: str, guardian: str) -> Client:
    """A browser of somebody in a role."""
    client = Client(headers={"accept-language": "en"})
    kind, _, name = role.partition(": ")
    if kind == "anyone":
        return client
    now = timezone.now()
    who, city = (guardian, "mallila") if kind == "resident" else ("Olli Ohje", "")
    row = SignIn.objects.create(kind=kind, who=who, city=city, roles=[name], started=now, seen=now)
    session = client.session
    session["sign-in"] = row.pk
    session.save()
    return client


def test_every_page_is_opened_by_its_audience_only(live, settings):
    """All the pages, really asked for, by every role: what is declared is what is answered."""
    town, _url = live
    settings.OPEN_STAFF_PAGES = False
    family = town.family()
    guardian = family.recipients[0].guardian
    wrong = []
    for role in roles():
        client = signed_in(role, guardian)
        for page in pages_of(town):
            answer = client.get(page)
            audience = access.ACCESS.get(answer.resolver_match.route)
            if audience in (ANYONE, DEVELOPMENT) or page == "/o/nothing/":
                continue  # a sign-in page leads on; the link opens nothing for anybody
            mine = {"anyone": {LINK}, "resident": {LINK, RESIDENT, SIGNED_IN}}.get(role, {LINK, SIGNED_IN, role})
            may = audience in mine
            if (answer.status_code in OPEN) != may:
                wrong.append((role, page, answer.status_code))
    assert wrong == []


def test_what_needs_a_key_is_closed_without_one(live, settings):
    kept = [route for route, audience in access.ACCESS.items() if audience == KEY]
    assert len(kept) == 13
    client = Client()
    settings.OPEN_SENSORS = False
    uplink = b'{"end_device_ids": {"dev_eui": "a1"}, "uplink_message": {}}'
    assert client.post("/devices/in/ttn/", uplink, content_type="application/json").status_code == 401
    for address in ("registers/mallila/units.groups/units.groups.csv",):
        assert client.put(f"/api/v1/{address}", b"x").status_code == 401
    for address in ("gateways/http/replies", "gateways/http/receipts"):
        assert client.post(f"/api/v1/{address}", b"[]", content_type="application/json").status_code in (401, 403, 422)


def official_who_is(person: str, name: str = "Olli Ohje", roles: tuple[str, ...] = ("desk", "review")) -> Client:
    """A desk worker's browser whose own pseudonym is known."""
    client = Client(headers={"accept-language": "en"})
    now = timezone.now()
    row = SignIn.objects.create(
        kind="official", who=name, roles=list(roles), persons={"mallila": person}, started=now, seen=now
    )
    session = client.session
    session["sign-in"] = row.pk
    session.save()
    return client


def test_nobody_opens_their_own_familys_case_and_the_attempt_is_reviewed(live):
    custody = dict(lake.read("mallila", "population.guardianships").select("child", "guardian").iter_rows())
    case = next(case for case in Case.objects.order_by("pk") if case.person in custody)
    parent = official_who_is(custody[case.person])
    stranger = official_who_is("0" * 16, "Siiri Seuranta")

    refused = parent.get(f"/desk/{case.pk}/")
    posted = parent.post(f"/desk/{case.pk}/", {"action": "take"})

    assert (refused.status_code, posted.status_code) == (403, 403)
    assert "about you or your family" in refused.content.decode()
    case.refresh_from_db()
    assert case.assigned == ""
    assert "Olli Ohje" in stranger.get("/desk/refused/").content.decode()
    assert [entry["actor"] for entry in ledger.about(case.person, kind="access.refused")] == ["Olli Ohje"] * 2
    colleague = stranger.get(f"/desk/{case.pk}/")
    assert colleague.status_code == 403
    assert "about a colleague" in colleague.content.decode()


def test_an_official_handles_the_cases_of_others(live):
    official = official_who_is("0" * 16)
    case = Case.objects.order_by("pk").first()

    assert official.get(f"/desk/{case.pk}/").status_code == 200


def test_another_officials_case_opens_in_an_emergency_for_an_hour_and_is_reviewed(live):
    _town, _url = live
    mine, other = official_who_is("0" * 16), official_who_is("1" * 16, "Siiri Seuranta")
    case = Case.objects.order_by("pk").first()
    mine.post(f"/desk/{case.pk}/", {"action": "take"})

    closed = other.get(f"/desk/{case.pk}/")
    assert closed.status_code == 403
    assert "Olli Ohje handles this case" in closed.content.decode()
    assert case.person not in closed.content.decode()
    assert other.post(f"/desk/{case.pk}/", {"action": "note", "text": "x"}).status_code == 403
    assert other.post(f"/desk/{case.pk}/", {"action": "break", "reason": "now"}).status_code == 422

    reason = "The child is at the door of the wrong unit, Olli is ill."
    assert other.post(f"/desk/{case.pk}/", {"action": "break", "reason": reason}).status_code == 302
    assert other.get(f"/desk/{case.pk}/").status_code == 200
    assert reason in mine.get("/desk/refused/").content.decode()
    told = profile.uses_of(cities.load("mallila"), [case.person], language="en", names={})
    assert ("Siiri Seuranta", "opened in an emergency what another official handles") in {
        (use.actor, use.purpose) for use in told
    }

    cities.set_to("mallila", cities.now("mallila") + timedelta(minutes=61))
    assert other.get(f"/desk/{case.pk}/").status_code == 403


def test_a_child_is_not_reached_by_guessing_who_it_is(live):
    town, _url = live
    family, other = town.families()[:2]
    client = signed_in("resident", family.recipients[0].guardian)

    assert client.get(f"/my/data/{family.offer.person}/").status_code == 200
    for guess in (other.offer.person, other.recipients[0].guardian, "0" * 16, "../x", code_of(other.offer.person)):
        assert client.get(f"/my/data/{guess}/").status_code == 404


def test_roles_are_capabilities_and_reviewers():
    assert {role_of(audience) for audience in access.ACCESS.values()} - {None} == {
        "strategy", "rounds", "design", "desk", "offers", "review", "corrections", "devices",
    }  # fmt: skip


def test_unusual_looking_is_put_to_a_reviewer(live):
    town, _ = live
    reviewer = official_who_is("0" * 16, "Siiri Seuranta")

    def looks(official: str, people: int, hour: int) -> None:
        local = cities.now("mallila").astimezone(town.city.zone).replace(hour=hour)
        ledger.append_many(
            [ledger.NewEntry("mallila", "data.read", official, local, f"{n:016x}", "x", {}) for n in range(people)]
        )

    looks("Siiri Seuranta", 40, 10)  # a busy day, within the rule
    looks("Maija Malli", 41, 11)
    looks("Olli Ohje", 2, 23)
    looks("rule", 500, 3)  # no official

    told = reviewer.get("/desk/refused/").content.decode()
    assert "Maija Malli, many people in a day, people 41" in told
    assert "Olli Ohje, at night, people 2" in told
    assert "Siiri Seuranta," not in told
    assert "500" not in told
