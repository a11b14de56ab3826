"""Somebody misses data: they ask, an official lets it be seen, others want it too, and the city answers."""

from __future__ import annotations

import pytest
from django.test import Client

from toimiva.capabilities.datasets import requesting
from toimiva.capabilities.datasets.models import DataRequest

ASKED = {"title": "Puut", "text": "Laskisin, missä on varjoa."}


def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def review(row: DataRequest, state: str, words: str = "", dataset: str = "") -> tuple[int, str]:
    told = {"number": row.pk, f"{row.pk}-state": state, f"{row.pk}-words": words, f"{row.pk}-dataset": dataset}
    answer = browser().post("/data/requests/review/", told)
    return answer.status_code, answer.content.decode()


@pytest.fixture
def asked(town) -> DataRequest:
    assert browser().post("/data/requests/", ASKED, follow=True).redirect_chain == [("/data/requests/?sent=1", 302)]
    return DataRequest.objects.get()


def test_what_is_asked_is_seen_by_others_once_an_official_lets_it(asked):
    assert "Laskisin" not in browser().get("/data/requests/").content.decode()
    assert "Laskisin" in browser().get("/data/requests/review/").content.decode()
    assert review(asked, "shown")[0] == 302
    assert "Laskisin" in browser().get("/data/requests/").content.decode()


def test_others_want_it_too_once_each(asked):
    assert browser().post(f"/data/requests/{asked.pk}/support/").status_code == 404, "nobody sees it yet"
    review(asked, "shown")
    first, second = browser(), browser()
    for one in (first, first, second):
        assert one.post(f"/data/requests/{asked.pk}/support/", follow=True).status_code == 200
    asked.refresh_from_db()
    assert asked.voices == 2
    assert "You want it too." in first.get("/data/requests/").content.decode()


def test_what_waits_comes_first_by_how_many_want_it_then_the_newest_answers(town):
    rows = [requesting.ask_for(name, "x") for name in ("first answered", "wanted", "seen", "last answered")]
    for row, state in zip(rows, ("declined", "shown", "shown", "declined"), strict=True):
        requesting.answer(row.pk, requesting.Answer(state, "No."), official="Olli Ohje")
    requesting.support(rows[1].pk)
    assert [row.title for row in requesting.shown()] == ["wanted", "seen", "last answered", "first answered"]


def test_it_is_answered_with_the_data_set_that_was_opened(asked):
    status, told = review(asked, "opened")
    assert (status, "Write how it is opened" in told) == (422, True)
    status, told = review(asked, "opened", "Here it is.")
    assert (status, "Choose the data set" in told) == (422, True)
    assert review(asked, "opened", "Here it is.", "mallila.sub-areas")[0] == 302
    page = browser().get("/data/requests/").content.decode()
    assert '<a href="/data/mallila.sub-areas/">' in page
    assert browser().post(f"/data/requests/{asked.pk}/support/").status_code == 409
    assert browser().get("/data/requests/review/").content.decode().count("Laskisin") == 0


def test_it_is_answered_why_not_or_erased(asked):
    assert review(asked, "declined")[0] == 422
    assert review(asked, "declined", "The trees are not the city's.")[0] == 302
    assert "The trees are not" in browser().get("/data/requests/").content.decode()
    other = requesting.ask_for("Naapuri", "Eino Esimerkki on ...")
    assert review(other, "erased")[0] == 302
    assert not DataRequest.objects.filter(pk=other.pk).exists()
    assert (
        browser().post("/data/requests/review/", {"number": other.pk, f"{other.pk}-state": "shown"}).status_code == 404
    )


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"title": "Puut"},
        {"title": "x" * 121, "text": "a"},
        {"title": " ", "text": "a"},
        {"title": "a", "text": "x" * 1001},
    ],
)
def test_a_request_without_words_or_with_too_many_is_told_and_kept_in_the_form(town, told):
    answer = browser().post("/data/requests/", told)
    assert answer.status_code == 422
    assert "Fill in what is missing" in answer.content.decode()
    assert DataRequest.objects.count() == 0


def test_only_officials_of_the_strategy_review(asked, settings):
    assert "/data/requests/review/" in browser().get("/data/requests/").content.decode()
    settings.OPEN_STAFF_PAGES = False
    assert "/data/requests/review/" not in browser().get("/data/requests/").content.decode()
    assert browser().get("/data/requests/review/").status_code in (302, 403)
