"""What changes in the interface is made known, and what will end says so in every answer."""

from __future__ import annotations

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from pydantic import ValidationError

from toimiva.capabilities.developers import changes
from toimiva.capabilities.developers.changes import tell_changes
from toimiva.capabilities.developers.models import ToldChange
from toimiva.capabilities.webhooks.delivering import deliver
from toimiva.core.channels.models import Message

SUNSET = """
[[change]]
id = "old-feed"
day = 2027-01-11
title = { fi = "Vanha syöte päättyy", sv = "Det gamla flödet upphör", en = "The old feed ends" }
about = { fi = "Käytä uutta.", sv = "Använd det nya.", en = "Use the new one." }
paths = ["/data/feed[.]atom$"]
deprecated = 2027-01-11
sunset = 2027-07-01
instead = "/data/catalogue.ttl"
"""


@pytest.fixture
def write_changes(tmp_path, monkeypatch):
    """Other changes take the place of those that there are."""

    def write(text: str) -> None:
        file = tmp_path / "changes.toml"
        file.write_text(text)
        monkeypatch.setattr(changes, "FILE", file)

    return write


def test_an_answer_from_what_will_end_says_so_and_no_other(town, write_changes):
    write_changes(SUNSET)
    answer = Client().get("/data/feed.atom")
    assert answer.headers["Deprecation"] == "@1799625600"
    assert answer.headers["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert '/data/catalogue.ttl>; rel="successor-version"' in answer.headers["Link"]
    assert '/developers/changes/#old-feed>; rel="deprecation"' in answer.headers["Link"]
    assert "Sunset" not in Client().get("/data/catalogue.ttl").headers


def test_who_has_a_key_is_told_once_of_what_will_end(town, developer, program, write_changes):
    made = developer.ask("POST", "", {"url": program.url, "topics": ["interface.changed/1"]}).json()
    tell_changes(0)  # a new installation: nothing is news
    write_changes(SUNSET)
    for turn in (1, 0, 0):
        tell_changes(turn)
    while deliver():
        pass
    told = [one["data"] for one in program.read(made["secret"]) if one["type"] == "interface.changed/1"]
    assert [(one["title"], one["sunset"]) for one in told] == [("The old feed ends", "2027-07-01")]
    letter = Message.objects.get(kind="developer")
    assert letter.address == developer.email
    assert "Vanha syöte päättyy. Käytä uutta. Se päättyy 2027-07-01." in letter.text
    assert "Det gamla flödet upphör" in letter.text


def test_nothing_is_news_on_a_new_installation(db):
    tell_changes(0)
    assert {row.change for row in ToldChange.objects.all()} == {change.id for change in changes.changes()}
    assert not Message.objects.exists()


@pytest.mark.parametrize("language, told", [("fi", "Rajapinnan muutokset"), ("sv", "Webhookar"), ("en", "Webhooks")])
def test_changes_are_on_a_page_and_a_feed(db, language, told):
    headers = {"accept-language": language}
    page = Client().get("/developers/changes/", headers=headers).content.decode()
    assert told in page
    feed = fromstring(Client().get("/developers/changes.atom", headers=headers).content)
    atom = "{http://www.w3.org/2005/Atom}"
    assert len(feed.findall(f"{atom}entry")) == len(changes.changes())
    newest, *_ = changes.changes()
    assert newest.day == max(one.day for one in changes.changes()), "the newest comes first"
    assert feed.find(f"{atom}updated").text.startswith(newest.day.isoformat())


@pytest.mark.parametrize("wrong", ["sunset = 2026-07-01\n", "paths = []\nsunset = 2027-07-01\n"])
def test_a_change_that_ends_something_says_all_of_it(write_changes, wrong):
    kept = [line for line in SUNSET.splitlines() if line.partition(" ")[0] not in wrong]
    write_changes("\n".join(kept) + "\n" + wrong)
    with pytest.raises(ValidationError, match="old-feed"):
        changes.changes()
