"""A resident is erased: the plan, what goes from everywhere, what the law keeps, a stop in between, and the certificate."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.parts.town import register_of
from tests.stories.conftest import code_of, signs_in
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.decisions.holding import DecisionHolder
from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.sharing import api as sharing
from toimiva.capabilities.sharing.permitting import permit
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict
from toimiva.core.idempotency.models import Given
from toimiva.core.identity.api import Resident
from toimiva.core.identity.models import SignIn
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers
from toimiva.core.retention import api as retention

NOTED, OWN = "from the number on the form", "+358457000009"


@pytest.fixture
def family(town):
    """A family that has accepted, wishes to be forgotten and has left traces in every part."""
    town.starts_a_round()
    family = town.families(guardians=1)[0]
    family.phone().replies("Kyllä kiitos, terveisin koko perhe")
    town.lives_to(cities.now("mallila") + timedelta(days=1))
    decisions.render_waiting("mallila")
    purposes.object_to(town.city, family.guardian, "preschool-placement", at=cities.now("mallila"))
    SignIn.objects.create(kind="resident", who=family.guardian, city="mallila", agent="Firefox",
                          started=cities.now("mallila"), seen=cities.now("mallila"))  # fmt: skip
    name = identity(family.guardian)["surname"]
    for person in (family.guardian, family.offer.person):
        cases.open_cases(
            [cases.NewCase("mallila", town.round.id, "preschool", person, "stray")], at=cities.now("mallila")
        )
        case = Case.objects.get(person=person, reason="stray")
        cases.note(case.pk, f"{name} called, {NOTED}", official="Maija Malli", at=cities.now("mallila"))
        cases.close_case(
            case.pk, official="Maija Malli", outcome="handled_by_phone", note=f"{name} agrees, {NOTED}",
            at=cities.now("mallila"),
        )  # fmt: skip
    speaks_up(family)
    return family


def speaks_up(family) -> None:
    """A contact of one's own, a correction, mandates both ways, a service let in, and a program that was answered."""
    city, me, at = family.town.city, family.guardian, cities.now("mallila")
    asked = people.ask_contact(city, me, "phone", OWN, at=at)
    people.verify_contact(city, me, "phone", asked.code, at=at)
    people.wish(city, me, language="sv", channel="sms", at=at)
    row = profile.ask_correction(
        city, me, "population.residents.identities", "surname", was="Mali", wanted=f"Malli, {NOTED}", by=me, at=at
    )
    profile.answer_correction(row.pk, "mended", text=f"Malli now, {NOTED}", official="Maija Malli", at=at)
    other = next(one.guardian for one in family.town.families(guardians=1) if one.guardian != me)
    terms = {"may": "see", "starts": at.date(), "ends": at.date() + timedelta(days=9), "at": at}
    profile.give_mandate(city, me, code_of(other), label=f"a friend {NOTED}", **terms)
    profile.give_mandate(city, other, code_of(me), label=f"a helper {NOTED}", **terms)
    new = sharing.NewService("Museo", "https://museum.example", ["https://museum.example/"], ["residence-proof"])
    service, _secret = sharing.register_service(city, new, actor="test", at=at)
    version = purposes.purpose(city, "residence-proof").version
    permit(Resident(me, city, "high"), service, ["residence-proof"], {"residence-proof": version}, at=at)
    Given.objects.create(key="k", asked="a", who=me, status=200, content=NOTED.encode(), at=at)
    channels.send_due(city, at=channels.next_loud(city, at))


def identity(person: str) -> dict:
    rows = lake.read("mallila", "population.residents.identities").filter(pl.col("person") == person)
    return rows.to_dicts()[0]


def everything(home: Path) -> str:
    """Every row of the database and every byte of the home, Parquet unpacked; documents are told of in the plan."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = [repr(row) for table in tables for row in _rows(cursor, table)]
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix not in (".pdf", ".sqlite3")]
    texts = [
        str(pl.read_parquet(path).rows()) if path.suffix == ".parquet" else path.read_bytes().decode("utf-8", "replace")
        for path in files
    ]
    return "\n".join([*rows, *texts])


def _rows(cursor, table):
    cursor.execute(f'SELECT * FROM "{table}"')
    return cursor.fetchall()


def erase(family) -> dict:
    at = cities.now("mallila")
    return retention.erase(family.town.city, family.guardian, actor=family.guardian, at=at)


def test_after_an_erasure_nothing_anywhere_tells_who_it_was_but_what_the_plan_kept_by_law(home, family):
    person = identity(family.guardian)
    known = [person["identity_code"], person["phone"], OWN, f"{person['given_name']} {person['surname']}"]
    assert all(value in everything(home) for value in known)
    assert code_of(family.guardian) not in everything(home)  # it lies encrypted
    plan = retention.plan_of(family.town.city, family.guardian)
    assert {part for part, held in plan.parts.items() if any(h.does == "erase" for h in held)} == {
        "registers", "channels", "offers", "identity", "cases", "people", "profile", "sharing", "idempotency",
    }  # fmt: skip
    assert all(str(h.why) for h in plan.holdings("keep"))

    certificate = erase(family)

    left = everything(home)
    assert [value for value in known if value in left] == []
    assert "terveisin koko perhe" not in left
    assert {held["part"] for held in certificate["kept"]} == {"decisions", "ledger", "offers", "purposes", "registers"}
    assert NOTED not in str(ledger.about(family.guardian))
    assert list(cases.notes_about("mallila", [family.guardian])) == []
    kept = {held["part"]: held for held in certificate["kept"]}
    assert (
        kept["offers"]["count"] == len(cases.notes_about("mallila", [family.offer.person])) == 2
    )  # the child's matter
    assert ledger.about(family.guardian, kind="person.erased")[0]["body"]["kept"] == certificate["kept"]
    again = retention.plan_of(family.town.city, family.guardian)
    assert again.holdings("erase") == []
    assert {h.does for held in again.parts.values() for h in held} == {"keep"}


def test_a_child_is_erased_from_offers_and_messages_and_the_decision_is_kept_and_replays(home, family):
    child = family.offer.person
    name = identity(child)["given_name"]
    at = cities.now("mallila")

    certificate = retention.erase(family.town.city, child, actor=family.guardian, at=at)

    assert family.offer.child_name == ""
    assert NOTED not in str(ledger.about(child))
    assert cases.notes_about("mallila", [child]) == {}
    assert not channels.Message.objects.filter(about=family.offer.pk, text__contains=name).exists()
    kept = {held["part"]: held for held in certificate["kept"]}
    assert kept["decisions"]["count"] == 1
    assert "831/1994" in kept["decisions"]["why"]
    assert decisions.replay_round(family.town.round.id).differing == ()
    assert family.town.ledger_holds()


def test_letters_and_their_lines_in_the_address_list_are_erased(home, family):
    at, others = cities.now("mallila"), "Muu Henkilö\nToinen katu 2\n00100 Mallila"
    mine = f"{identity(family.guardian)['given_name']} Malli\nKatu 1\n00100 Mallila"
    letters = [
        channels.Draft(f"letter.{person}", "letter", "note", "x", person, "fi", address, "Hei", "Paikka")
        for person, address in ((family.guardian, mine), ("0" * 16, others))
    ]
    channels.queue(family.town.city, letters, at=at)
    channels.send_due(family.town.city, at=at + timedelta(hours=25))
    assert len(list(home.glob("letters/*/letter.*.pdf"))) == 2

    erase(family)

    assert [path.name for path in home.glob("letters/*/letter.*.pdf")] == [f"letter.{'0' * 16}.pdf"]
    listed = "".join(path.read_text() for path in home.glob("letters/*/addresses.csv")).splitlines()
    assert [line for line in listed if line.startswith("letter.")] == [
        f"letter.{'0' * 16}.pdf,Muu Henkilö,Toinen katu 2,00100 Mallila"
    ]


def test_a_child_first_and_then_the_guardian_leaves_nothing_of_either(home, family):
    """The guardian's own replies are found by addresses, which the child's erasure leaves with the guardian."""
    known = [identity(family.guardian)["phone"], "terveisin koko perhe", NOTED]
    retention.erase(family.town.city, family.offer.person, actor=family.guardian, at=cities.now("mallila"))
    assert known[0] in everything(home)

    erase(family)

    left = everything(home)
    assert [value for value in known if value in left] == []


def test_a_message_that_must_not_leave_stands_in_nobodys_way(home, family):
    channels.Message.objects.filter(person=family.guardian).update(state="held")
    erase(family)
    assert not channels.Message.objects.filter(person=family.guardian).exclude(text="", address="").exists()


def test_what_is_under_way_ends_first(town):
    town.starts_a_round()
    waiting = town.family()

    with pytest.raises(Conflict, match="cannot be erased yet"):
        erase(waiting)

    assert identity(waiting.guardian)["surname"]
    assert waiting.phone().texts


def test_an_erasure_that_was_stopped_goes_on_and_is_done_once(home, family, monkeypatch):
    class Killed(BaseException):
        """As by a power cut."""

    def stops(*_: object) -> None:
        raise Killed

    person = identity(family.guardian)
    with monkeypatch.context() as patch:
        patch.setattr(DecisionHolder, "erase", stops)
        with pytest.raises(Killed):
            erase(family)
    assert not ledger.about(family.guardian, kind="person.erased")

    first, second = erase(family), erase(family)

    assert first["erased"]
    assert second["erased"] == []
    assert person["identity_code"] not in everything(home)


def test_a_row_that_was_set_aside_is_erased_too(home, family, at):
    code = code_of(family.guardian)
    rows = register_of(family.town.city)
    bad = rows.with_columns(
        born=pl.when(pl.col("identity_code") == code).then(pl.lit("soon")).otherwise(pl.col("born").cast(pl.String))
    ).drop("person")
    name = "population.residents.csv"
    found = registers.receive(
        family.town.city, "population.residents", name, bad.write_csv().encode(), at=at("2027-01-20 10:00")
    )
    assert code in found.quarantine.read_text()

    erase(family)

    assert code not in found.quarantine.read_text()


def test_after_its_time_what_a_purpose_kept_goes_for_everyone(home, family):
    city, kept_days = family.town.city, 3650
    before = retention.expire_all(city, at=cities.now("mallila"))
    later = retention.expire_all(city, at=cities.now("mallila") + timedelta(days=kept_days + 40))

    assert before == {}
    assert later["offers"] > 30
    assert later["cases"] >= 1
    assert later["channels"] > 30
    assert not channels.Message.objects.exclude(text="").exists()
    assert retention.expire_all(city, at=cities.now("mallila") + timedelta(days=kept_days + 40)) == {}


def test_the_command_tells_the_plan_and_carries_it_out(home, family, capsys):
    code = code_of(family.guardian)
    plan, done = io.StringIO(), io.StringIO()
    call_command("retention", "plan", "--city=mallila", f"--code={code}", "--json", stdout=plan)
    call_command("retention", "erase", "--city=mallila", f"--code={code}", "--actor=Maija Malli", "--json", stdout=done)

    assert {held["does"] for held in json.loads(plan.getvalue())} == {"erase", "keep"}
    certificate = json.loads(done.getvalue())
    assert [held for held in json.loads(plan.getvalue()) if held["does"] == "erase"] == certificate["erased"]
    assert Client().get(family.link).status_code == 404


def test_a_decision_replays_after_a_later_objection_too(home, family):
    purposes.object_to(family.town.city, family.offer.person, "preschool-placement", at=cities.now("mallila"))

    assert decisions.replay_round(family.town.round.id).differing == ()


def test_a_resident_sees_the_plan_and_erases_it_themselves(live, page):
    town, url = live
    family = town.families(guardians=1)[0]
    code = code_of(family.guardian)
    signs_in(page, url, code, then="/my/erasure/")
    assert "Tämän on päätyttävä ensin" in page.inner_text("main")
    assert page.locator("main form").count() == 0
    family.phone().replies("Ei")
    town.lives_to(family.offer.closes)

    page.goto(f"{url}/my/erasure/")
    page.click("main form button")
    assert page.locator("[role=alert]").count() == 1
    assert identity(family.guardian)
    page.check("#id_sure")
    page.click("main form button")

    assert "Tietosi on poistettu" in page.inner_text("h1")
    assert "arkistolaki" not in page.inner_text("main")  # the decision is about the child
    page.goto(f"{url}/my/")
    assert "/my/" not in page.url  # signed out
    assert register_of(town.city).filter(pl.col("identity_code") == code).is_empty()
