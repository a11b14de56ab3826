"""Pages asked without a browser: a link in other hands, a double press, an awkward name, a rehearsal, a stopped round."""

from __future__ import annotations

import re

from django.test import Client
from django.utils import translation

from tests.parts.town import Town
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.offers.models import Offer, Seat
from toimiva.capabilities.rounds import api as rounds


def test_a_link_is_a_key_it_cannot_be_guessed_leaks_nowhere_and_ends(live):
    town, _url = live
    family = town.family()
    client = Client()

    answer = client.get(family.link)
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    assert family.recipients[0].postal_address.splitlines()[1] not in answer.content.decode()
    guessed = family.link[:-2] + ("a/" if family.link[-2] != "a" else "b/")
    assert client.get(guessed).status_code == 404
    Offer.objects.filter(pk=family.offer_id).update(closes="2026-01-01T00:00:00Z")
    assert client.get(family.link).status_code == 409


def test_a_double_press_answers_once(live):
    town, _url = live
    family = town.family()
    client = Client()
    for _ in range(2):
        client.post(family.link, {"action": "yes"})

    assert Decision.objects.filter(offer=family.offer_id).count() == 1


def test_an_awkward_name_does_no_harm(live):
    town, _url = live
    family = town.family()
    Offer.objects.filter(pk=family.offer_id).update(child_name="<script>alert('Ö’Neill')</script>")
    with translation.override("fi"):
        text = Client().get(family.link).content.decode()
    assert "<script>alert" not in text


def test_staff_pages_are_closed_where_they_are_not_opened(live, settings):
    _town, _url = live
    settings.OPEN_STAFF_PAGES = False
    answers = [Client().get(address) for address in ("/", "/desk/", "/phones/")]
    assert {answer.headers["Location"].partition("?")[0] for answer in answers} == {"/sign-in/official/"}

    settings.ISSUERS = {kind: told | {"issuer": ""} for kind, told in settings.ISSUERS.items()}
    assert {Client().get(address).status_code for address in ("/", "/desk/", "/phones/")} == {403}


def test_a_rehearsal_shows_what_would_happen_and_tells_nobody(home, transactional_db):
    Town.create()
    told = Client().get("/rounds/plan/mallila/preschool/", headers={"accept-language": "en"}).content.decode()

    assert "Nothing is sent" in told
    assert "Elsa has a pre-school place" in told
    assert (Offer.objects.count(), Case.objects.count(), len(rounds.list_rounds())) == (0, 0, 0)
    planned = int(re.search(r"Would be offered a place</dt><dd>(\d+)", told)[1])
    Client().post("/cities/mallila/services/preschool/start/")
    assert Offer.objects.count() == planned


PLAN = "/rounds/plan/mallila/preschool/"


def test_a_planner_sets_dates_and_keeps_places_back_and_the_round_is_as_rehearsed(home, transactional_db):
    town, client = Town.create(), Client(headers={"accept-language": "en"})
    usual = client.get(PLAN).content.decode()
    terms = {"opens": "2027-01-25", "days": "5", "kept_back": "40"}
    rehearsed = client.get(PLAN, terms).content.decode()

    assert "25.1.2027" in rehearsed
    assert "30.1.2027 23:59" in rehearsed
    assert places_in(rehearsed) < 0.7 * places_in(usual)
    client.post("/cities/mallila/services/preschool/start/", terms)
    row = rounds.list_rounds("mallila")[0]
    assert (row.opens.day, row.closes.day, row.kept_back) == (25, 30, 40)
    assert sum(seat.capacity for seat in Seat.objects.filter(round=row.id)) == places_in(rehearsed)
    summary = rounds.run(town.service, seed=1).summary  # goes on with the one that was started
    assert summary["round"] == row.id
    assert decisions.replay_round(row.id).differing == ()


def places_in(page: str) -> int:
    table = page.split("Places</th>")[1].split("</tbody>")[0]
    return sum(
        int(n.replace(",", "")) for n in re.findall(r'<td class="n">[^<]*</td><td class="n">([\d,]+)</td>', table)
    )


def test_terms_that_no_round_can_have_are_told_beside_their_fields_and_start_nothing(home, transactional_db):
    Town.create()
    client = Client(headers={"accept-language": "en"})
    for method, address in ((client.get, PLAN), (client.post, "/cities/mallila/services/preschool/start/")):
        told = method(address, {"opens": "soon", "days": "0", "kept_back": "101"})
        assert told.status_code == 422
        for field in ("opens", "days", "kept_back"):
            assert f'id="id_{field}_error"' in told.content.decode(), field
    assert rounds.list_rounds("mallila") == []


def test_a_stopped_round_asks_nobody_any_more_and_keeps_what_was_confirmed(live):
    town, _url = live
    family = town.family()
    family.phone().replies("Kyllä")
    open_before = Offer.objects.filter(state="open").count()

    for expected in (302, 409):
        assert Client().post(f"/rounds/{town.round.id}/stop/").status_code == expected

    assert Offer.objects.filter(state="open").count() == 0
    assert Offer.objects.filter(state="accepted").count() == 1
    assert Case.objects.filter(reason="round_stopped").count() == open_before
    assert town.ledger_holds()
    Client().post("/cities/mallila/services/preschool/start/")
    assert len(rounds.list_rounds("mallila")) == 2


def test_live_figures_are_streamed_when_they_change(live):
    town, _url = live
    stream = Client().get(f"/rounds/{town.round.id}/progress/").streaming_content
    first = [next(stream), next(stream)]
    assert first[0] == b"retry: 1000\n\n"
    assert b'data: <div id="figures"' in first[1].replace(b"data: \n", b"")
    town.family().phone().replies("Kyllä")
    assert next(stream) != first[1]


def test_a_round_is_started_by_pressing_a_button(home, transactional_db):
    town = Town.create()
    client = Client()
    for _ in range(2):
        answer = client.post("/cities/mallila/services/preschool/start/")

    assert answer.status_code == 302
    assert len(rounds.list_rounds("mallila")) == 1
    assert Offer.objects.count() > 20
    assert town.ledger_holds()


def test_a_maps_legend_tells_the_counts_of_every_shade(live):
    town, _url = live
    page = Client(headers={"accept-language": "en"}).get(f"/rounds/{town.round.id}/").content.decode()
    legend = {step: (int(low), int(high)) for step, low, high in re.findall(r'<i class="k(\d)"></i>(\d+)–(\d+)<', page)}
    areas = Client().get(f"/rounds/{town.round.id}/areas.geojson").json()["features"]

    for area in areas:
        if "step" in area["properties"]:
            count = area["properties"]["words"].rpartition(": ")[2]
            low, high = legend[str(area["properties"]["step"])]
            assert low <= int(count.partition("–")[0]) <= high
    assert all(low <= high for low, high in legend.values())
