"""How a resident is reached: a number of one's own by a code, a language and a channel, and where messages go then."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.stories.conftest import code_of, signs_in
from toimiva.core.channels import api as channels
from toimiva.core.channels.models import Message
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, TooMany
from toimiva.core.people import api as people
from toimiva.core.retention import api as retention

NEW = "+358457000001"


def sends(town) -> None:
    channels.send_due(town.city, at=cities.now(town.city.id))


def test_a_parent_gives_a_number_proves_it_by_the_code_and_answers_from_it(live, page):
    town, url = live
    family = town.family(language="fi", guardians=1)
    signs_in(page, url, code_of(family.guardian))
    page.click("text=Miten kaupunki tavoittaa sinut")

    page.fill("#value-phone", "045 700 0001")
    page.click("button:text-is('Lähetä siihen koodi') >> nth=0")
    page.wait_for_selector("#code-phone")
    sends(town)
    code = re.search(r"\d{6}", channels.texts_of(NEW)[-1].text)[0]
    page.fill("#code-phone", "000000" if code != "000000" else "111111")
    page.click("text=Ota käyttöön")
    assert "code is not right" in page.inner_text("[role=alert]") or "ei ole" in page.inner_text("[role=alert]")
    page.fill("#code-phone", code)
    page.click("text=Ota käyttöön")
    page.wait_for_selector(".notice.done")
    assert NEW in page.inner_text("main")

    channels.write_many([("test/own", NEW, "Kyllä", cities.now("mallila") + timedelta(minutes=5))])
    town.lives_to(cities.now("mallila") + timedelta(minutes=6))
    assert family.offer.state == "accepted"


def test_the_next_message_is_in_the_language_and_by_the_channel_that_were_chosen(town):
    town.starts_a_round()
    family = town.family(language="fi", guardians=1)
    at = cities.now("mallila")
    asked = people.ask_contact(town.city, family.guardian, "email", "malli@example.org", at=at)
    people.verify_contact(town.city, family.guardian, "email", asked.code, at=at)
    people.wish(town.city, family.guardian, language="en", channel="email", at=at)

    town.lives_to(at + timedelta(days=8))

    reminder = Message.objects.get(about=family.offer_id, kind="reminder")
    assert (reminder.channel, reminder.address, reminder.language) == ("email", "malli@example.org", "en")


def test_a_contact_needs_its_code_in_time_and_cannot_be_guessed(town):
    at = cities.now("mallila")
    one, other = (people.ask_contact(town.city, person, "phone", NEW, at=at) for person in ("a" * 16, "b" * 16))

    with pytest.raises(Conflict, match="not right"):
        people.verify_contact(town.city, "a" * 16, "phone", str(int(other.code) + 1), at=at)
    for _ in range(4):
        with pytest.raises(Conflict, match="not right"):
            people.verify_contact(town.city, "a" * 16, "phone", "x", at=at)
    with pytest.raises(Conflict, match="No code is waiting"):
        people.verify_contact(town.city, "a" * 16, "phone", one.code, at=at)
    with pytest.raises(Conflict, match="No code is waiting"):
        people.verify_contact(town.city, "b" * 16, "phone", other.code, at=at + timedelta(minutes=16))
    for _ in range(4):
        people.ask_contact(town.city, "a" * 16, "phone", NEW, at=at)
    with pytest.raises(TooMany):
        people.ask_contact(town.city, "a" * 16, "phone", NEW, at=at)


@pytest.mark.parametrize(
    "kind, value", [("phone", "12"), ("phone", "<script>"), ("email", "a@"), ("email", "a\nb@c.fi")]
)
def test_what_is_no_contact_is_told_with_an_example(town, kind, value):
    with pytest.raises(Invalid, match="Write it like"):
        people.ask_contact(town.city, "a" * 16, kind, value, at=cities.now("mallila"))


def test_own_contacts_go_with_an_erasure_and_the_registers_are_used_again(town):
    at = cities.now("mallila")
    person = "c" * 16
    asked = people.ask_contact(town.city, person, "phone", NEW, at=at)
    people.verify_contact(town.city, person, "phone", asked.code, at=at)
    assert people.own_contacts(town.city, [person])[person].phone == NEW

    retention.erase(town.city, person, actor=person, at=at)

    assert people.own_contacts(town.city, [person]) == {}
