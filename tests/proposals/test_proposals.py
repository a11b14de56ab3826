"""A plan is put before residents: they read what it changes, say what they think, and the city answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.parts.models3d import House, citygml2
from toimiva.capabilities.proposals import api as proposals
from toimiva.capabilities.proposals.holding import CommentHolder
from toimiva.capabilities.proposals.models import Comment, Proposal
from toimiva.capabilities.proposals.opening import Proposals
from toimiva.capabilities.twin import api as twin
from toimiva.capabilities.twin import keeping
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, NotFound

TITLE = {"fi": "Torni Kalasatamaan", "sv": "Ett torn i Fiskehamnen", "en": "A tower in Kalasatama"}
ABOUT = {"fi": "Asuntoja.", "sv": "Bostäder.", "en": "Homes."}
PAGE, REVIEW, EDIT = "/proposals/helsinki/torni/", "/desk/proposals/helsinki/", "/desk/proposals/helsinki/torni/"


def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def page(address: str = PAGE) -> str:
    return browser().get(address).content.decode()


@pytest.fixture
def city(home, db, tmp_path):
    """Two houses, and a plan of a tower in place of one of them."""
    for name, house in (("now", House("low", eaves=3.0)), ("plan", House("torni", eaves=45.0))):
        (tmp_path / f"{name}.gml").write_text(citygml2(house, *([House("other")] if name == "now" else [])))
    found = cities.load("helsinki")
    twin.bring_in(found, tmp_path / "now.gml")
    twin.bring_in(found, tmp_path / "plan.gml", branch="torni")
    return found


def words(city, days: int = 30) -> proposals.Words:
    return proposals.Words(TITLE, ABOUT, cities.today(city) + timedelta(days=days))


@pytest.fixture
def proposal(city) -> Proposal:
    return proposals.put_forward(city, "torni", words(city), official="Olli Ohje")


def say(text: str = "Liian korkea.", stance: str = "against", name: str = "") -> int:
    return browser().post(PAGE, {"stance": stance, "text": text, "name": name}).status_code


def test_a_plan_is_put_before_residents_in_three_languages(city):
    assert "has not been put before residents" in page()
    assert browser().get(EDIT).status_code == 200
    told = {f"title_{key}": text for key, text in TITLE.items()} | {f"about_{key}": t for key, t in ABOUT.items()}
    closes = cities.today(city) + timedelta(days=30)
    assert browser().post(EDIT, told | {"closes": closes, "title_sv": ""}).status_code == 422
    assert browser().post(EDIT, told | {"closes": closes - timedelta(days=31)}).status_code == 422
    assert not Proposal.objects.exists()
    assert browser().post(EDIT, told | {"closes": closes}).status_code == 302
    assert "Ett torn i Fiskehamnen" in Client(headers={"accept-language": "sv"}).get(PAGE).content.decode()
    assert "A tower in Kalasatama" in page("/proposals/helsinki/")
    assert browser().post(EDIT, told | {"closes": closes, "title_en": "A lower tower"}).status_code == 302
    assert "A lower tower" in page()


def test_a_resident_reads_what_the_plan_changes(proposal):
    assert [(one.id, one.change) for one in twin.changes(cities.load("helsinki"), "torni")] == [("torni", "new")]
    told = page()
    assert "is new" in told
    assert "/twin/helsinki/?plan=torni" in told


def test_a_comment_is_seen_once_an_official_lets_it(proposal):
    assert say(name="Maija") == 302
    assert "Liian korkea" not in page()
    assert "Liian korkea" in page(REVIEW)
    (row,) = Comment.objects.all()
    assert browser().post(REVIEW, {"number": row.pk, "action": "show"}).status_code == 302
    told = page()
    assert "Liian korkea" in told
    assert "Maija" in told
    assert "Against the plan: 1" in told
    assert "Liian korkea" not in page(REVIEW)


def test_a_comment_on_other_people_is_erased(proposal):
    say("Naapuri on ...")
    (row,) = Comment.objects.all()
    assert browser().post(REVIEW, {"number": row.pk, "action": "erase"}).status_code == 302
    assert not Comment.objects.exists()
    for told in ({"number": row.pk, "action": "show"}, {"number": "x", "action": "show"}, {"number": row.pk}):
        assert browser().post(REVIEW, told).status_code == 404


@pytest.mark.parametrize(
    "told", [{}, {"stance": "for"}, {"stance": "maybe", "text": "x"}, {"stance": "for", "text": "x" * 2001}]
)
def test_a_comment_that_cannot_be_taken_is_told_and_not_kept(proposal, told):
    answer = browser().post(PAGE, told)
    assert answer.status_code == 422
    assert "Fill in what is missing" in answer.content.decode()
    assert not Comment.objects.exists()


def test_the_city_answers_once_and_comments_end(city, proposal):
    assert browser().post(EDIT, {"decide": "1", "outcome_fi": "Madalletaan."}).status_code == 422
    told = {"decide": "1", "outcome_fi": "Madalletaan.", "outcome_sv": "Lägre.", "outcome_en": "It becomes lower."}
    assert browser().post(EDIT, told).status_code == 302
    assert "It becomes lower." in page()
    assert say() == 409
    assert "the words stay as they were" in page(EDIT)
    with pytest.raises(Conflict):
        proposals.decide(city, "torni", ABOUT, official="Olli Ohje")
    with pytest.raises(Conflict):
        proposals.put_forward(city, "torni", words(city), official="Olli Ohje")


def test_comments_end_after_the_last_day(city, proposal):
    Proposal.objects.update(closes=cities.today(city) - timedelta(days=1))
    assert say() == 409
    assert "Comments ended" in page()


def test_a_plan_taken_out_of_the_twin_leaves_what_was_said(city, proposal):
    keeping.drop(city, "torni")
    told = page()
    assert "no longer in the model" in told
    assert "A tower in Kalasatama" in told
    with pytest.raises(NotFound, match="no plan"):
        proposals.put_forward(city, "torni", words(city), official="Olli Ohje")
    with pytest.raises(NotFound, match="no plan"):
        twin.changes(city, "torni")
    assert browser().get("/proposals/helsinki/nothing/").status_code == 404


def test_words_are_in_every_language_and_the_last_day_is_to_come(city):
    with pytest.raises(Invalid, match="missing in: sv"):
        proposals.put_forward(
            city, "torni", proposals.Words(TITLE | {"sv": " "}, ABOUT, words(city).closes), official="O"
        )
    with pytest.raises(Invalid, match="has been"):
        proposals.put_forward(city, "torni", words(city, days=-1), official="O")


def test_open_data_counts_the_comments_that_others_see(city, proposal):
    for stance, shown in (("for", True), ("for", True), ("against", True), ("against", False)):
        one = proposals.comment(city, proposal, proposals.NewComment(stance, "x"))
        Comment.objects.filter(pk=one.pk).update(shown=shown)
    (row,) = Proposals().rows(city).to_dicts()
    assert (row["comments"], row["in_favour"], row["against"]) == (3, 2, 1)


def test_names_and_unseen_words_go_in_time(city, proposal):
    seen = proposals.comment(city, proposal, proposals.NewComment("for", "Hyvä.", "Maija"))
    proposals.comment(city, proposal, proposals.NewComment("for", "Jäi katsomatta.", "Matti"))
    Comment.objects.filter(pk=seen.pk).update(shown=True)
    proposals.decide(city, "torni", ABOUT, official="Olli Ohje")
    at, holder = cities.now(city.id), CommentHolder()
    assert holder.expire(city, at + timedelta(days=89)) == 0
    assert holder.expire(city, at + timedelta(days=91)) == 1
    assert holder.expire(city, at + timedelta(days=366)) == 1
    assert list(Comment.objects.values_list("text", "name")) == [("Hyvä.", "")]


def test_only_officials_who_design_see_what_waits(proposal, settings):
    assert REVIEW in page("/proposals/helsinki/")
    settings.OPEN_STAFF_PAGES = False
    assert REVIEW not in page("/proposals/helsinki/")
    for address in (REVIEW, EDIT):
        assert browser().get(address).status_code in (302, 403)
