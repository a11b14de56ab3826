"""Data tells a story: words in three languages, figures and charts of this moment, each to be asked for by oneself."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.translation import override

from toimiva.capabilities.datasets import stories
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid, NotFound

PAGE = "/data/stories/mallila/preschool/"
TEXT = 'text = { fi = "a", sv = "b", en = "c" }\nempty = { fi = "a", sv = "b", en = "c" }\n'
HEAD = 'title = { fi = "a", sv = "b", en = "c" }\nlead = { fi = "a", sv = "b", en = "c" }\n[[parts]]\n'


def page(language: str, address: str = PAGE) -> str:
    return Client(headers={"accept-language": language}).get(address).content.decode()


@pytest.fixture
def measured(town):
    """A round that has ended, as it is published."""
    town.starts_a_round()
    row = town.round
    row.phase, row.summary = "measured", {
        "offered": 1060, "replied": 985, "accepted": 880, "declined": 105, "no_reply": 60, "with_staff": 15,
        "decisions": 880,
    }  # fmt: skip
    row.save()
    return town


@pytest.fixture
def written(home):
    """Write a story of a city where what is published here is found first."""

    def write(text: str, city: str = "mallila"):
        folder = cities.published(city) / "stories"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "own.toml").write_text(text, encoding="utf-8")
        return cities.load(city)

    return write


@pytest.mark.parametrize(
    "language, words", [("fi", "Kaupunki on ehdottanut"), ("sv", "Staden har"), ("en", "The city has")]
)
def test_the_story_of_a_round_is_told_with_its_figures(measured, language, words):
    told = page(language)
    assert words in told
    assert "{offered}" not in told
    assert told.count('class="drawn"') >= 1
    assert {"fi": "Otti paikan vastaan", "sv": "Tog emot platsen", "en": "Accepted the place"}[language] in told
    assert 'class="simulated"' in told
    assert f'href="{PAGE}"' in page(language, "/data/stories/")


def test_the_figures_are_those_of_the_open_table(measured, client):
    (first, *_rest) = stories.told(measured.city, stories.story(measured.city, "preschool"), "en")
    rows = client.get("/data/mallila.rounds.json").json()
    offered = sum(row["offered"] for row in rows if row["service"] == "preschool")
    assert f"for {offered:,} children".replace(",", " ") in first.text.replace("\xa0", " ").replace(",", " ")


def test_every_question_of_a_story_is_answered_in_the_playground(town, client):
    for one in stories.stories_of(cities.load("helsinki")):
        for part in one.parts:
            if part.sql:
                answer = client.get("/data/sql/mallila/", {"q": part.sql})
                assert answer.status_code == 200, (one.id, part.sql)


def test_where_there_is_nothing_yet_it_says_so(home, db):
    city = cities.load("helsinki")
    with override("en"):
        told = stories.told(city, stories.story(city, "preschool"), "en")
    assert told[0].text == "There has been no round yet."
    assert all(part.drawing is None for part in told)


@pytest.mark.parametrize(
    "text, words",
    [
        ("title = ", "Not TOML"),
        ("", "cannot be told"),
        (HEAD + TEXT + 'sql = "SELECT 1"\n', "asks no open table"),
        (HEAD + TEXT + "columns = [{ fi = 'a', sv = 'b', en = 'c' }]\n", "needs sql and two columns"),
        (HEAD + 'text = { fi = "a", sv = "b", en = "c" }\nsql = "FROM services"\n', "needs `empty`"),
        (HEAD + 'text = { fi = "a" }\n', "fi, sv, en"),
    ],
)
def test_a_story_that_cannot_be_told_says_why_and_the_others_go_on(written, db, text, words):
    city = written(text)
    with pytest.raises(Invalid) as caught:
        stories.story(city, "own")
    assert words in str(caught.value)
    assert "own" not in [one.id for one in stories.stories_of(city)]
    assert "preschool" in [one.id for one in stories.stories_of(city)]
    assert Client().get("/data/stories/").status_code == 200


def test_an_unknown_story_is_not_found(town):
    with pytest.raises(NotFound):
        stories.story(town.city, "nothing")
    assert Client().get("/data/stories/mallila/nothing/").status_code == 404
