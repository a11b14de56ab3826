"""A resident tells of a broken lamp; an official puts it right and answers; programs do the same by Open311."""

from __future__ import annotations

from datetime import timedelta

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from tests.parts.developers import make_developer
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.reports import answering
from toimiva.capabilities.reports.kinds import kinds
from toimiva.capabilities.reports.making import NewReport, make
from toimiva.capabilities.reports.models import Report
from toimiva.capabilities.webhooks import api as webhooks
from toimiva.core.channels.models import Message
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid
from toimiva.core.retention.api import expire_all

BASE = "/open311/mallila/v2"
LAMP = {
    "service_code": "light",
    "description": "Valo ei pala.",
    "lat": "60.1733",
    "long": "24.9410",
    "email": "eino@example.org",
}


@pytest.fixture
def post(town):
    secret = make_developer(town, "a@yritys.example").secret

    def post(form: str = "json", **changes):
        told = {**LAMP, "api_key": secret, **changes}
        return Client().post(
            f"{BASE}/requests.{form}", {name: value for name, value in told.items() if value is not None}
        )

    return post


def close(report: Report, *, note: str = "Vaihdoimme lampun.", publish: bool = False) -> None:
    told = {"action": "close", "outcome": "put_right", "note": note, **({"publish": "on"} if publish else {})}
    assert Client().post(f"/desk/{report.case}/", told).status_code == 302


def test_a_program_tells_of_a_lamp_and_learns_that_it_is_put_right(post):
    answer = post()
    assert answer.status_code == 201
    (made,) = answer.json()
    report = Report.objects.get(pk=made["service_request_id"])
    told = Client().get(f"{BASE}/requests/{report.pk}.json").json()[0]
    assert (told["status"], told["service_code"], told["lat"]) == ("open", "light", 60.1733)
    assert told["service_name"] == "Katuvalo ei pala"
    assert told["description"] is None, "nobody has let it be seen"
    close(report, publish=True)
    told = Client().get(f"{BASE}/requests/{report.pk}.json").json()[0]
    assert (told["status"], told["status_notes"], told["description"]) == (
        "closed",
        "Vaihdoimme lampun.",
        "Valo ei pala.",
    )
    assert Client().get(f"{BASE}/tokens/{report.token}.json").json()[0]["service_request_id"] == str(report.pk)


def test_whoever_reported_is_written_to_at_once_and_when_it_is_answered(post):
    post()
    post(email=None, phone="040 123 4567", lat="60.1800")
    first, second = Report.objects.order_by("pk")
    assert first.case != second.case
    close(first)
    letters = list(Message.objects.filter(about=f"report/{first.pk}").order_by("pk"))
    assert [(one.channel, one.address) for one in letters] == [("email", "eino@example.org")] * 2
    assert "Ilmoituksesi on saapunut: Katuvalo ei pala. Vastaamme viimeistään" in letters[0].text
    assert "Vastauksemme: Vaihdoimme lampun." in letters[1].text
    assert Message.objects.get(about=f"report/{second.pk}").address == "+358401234567"


def test_what_is_told_twice_of_one_place_is_one_case_and_both_are_answered(post):
    post()
    post(lat="60.17345", email="aino@example.org")
    post(lat="60.17345", service_code="litter")
    post(lat="60.1750")
    one, same, other_kind, far = Report.objects.order_by("pk")
    assert one.case == same.case
    assert len({one.case, other_kind.case, far.case}) == 3
    close(one)
    assert {row.pk for row in Report.objects.exclude(closed=None)} == {one.pk, same.pk}
    post()
    assert Report.objects.order_by("pk").last().case not in {one.case, far.case}, "a closed one is not joined"


def test_by_xml_it_is_the_same(post):
    made = fromstring(post("xml").content)
    assert made.tag == "service_requests"
    number = made.find("request/service_request_id").text
    listed = fromstring(Client().get(f"{BASE}/requests.xml?service_request_id={number}").content)
    assert [one.find("status").text for one in listed] == ["open"]
    services = fromstring(Client().get(f"{BASE}/services.xml?locale=sv").content)
    assert [one.find("service_code").text for one in services] == [*kinds(cities.load("mallila"))]
    assert services.find("service/service_name").text == "Trasig gata eller trottoar"
    assert fromstring(Client().get("/open311/mallila/discovery.xml").content).find("endpoints/endpoint/specification") is not None  # fmt: skip


@pytest.mark.parametrize("changes, status, told", [
    ({"api_key": "toimiva_wrong"}, 403, "api_key"),
    ({"service_code": "dragons"}, 404, "no kind of report 'dragons'"),
    ({"description": ""}, 400, "description"),
    ({"description": "x" * 4001}, 400, "description"),
    ({"description": "x\0"}, 400, "null"),
    ({"lat": "north"}, 400, "lat"),
    ({"lat": None}, 400, "lat: Give both"),
    ({"lat": None, "long": None}, 400, "address_string"),
    ({"lat": "91"}, 400, "lat"),
    ({"lat": "nan"}, 400, "lat"),
    ({"email": "nobody"}, 400, "email"),
    ({"phone": "12"}, 400, "phone"),
    ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
    ({"locale": "xx"}, 400, "language"),
])  # fmt: skip
def test_what_is_wrong_is_told_field_by_field_and_nothing_is_kept(post, changes, status, told):
    for form in ("json", "xml"):
        answer = post(form, **changes)
        assert answer.status_code == status
        assert told in answer.content.decode().replace("&apos;", "'")
    assert not Report.objects.exists()
    assert not Case.objects.filter(service="reports").exists()


def test_everything_wrong_is_told_at_once(post):
    found = post(description="", email="x", lat="91").json()
    assert [one["description"].partition(":")[0] for one in found] == ["description", "email", "lat"]


def test_reports_are_chosen_by_kind_state_and_time(post):
    post()
    post(service_code="litter")
    close(Report.objects.first())
    at = cities.now("mallila")

    def listed(query: str) -> list[str]:
        return [one["service_code"] for one in Client().get(f"{BASE}/requests.json?{query}").json()]

    assert listed("") == ["litter", "light"]
    assert listed("status=open") == ["litter"]
    assert listed("status=closed") == ["light"]
    assert listed("status=open,closed&service_code=light,green") == ["light"]
    tomorrow = (at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert listed(f"start_date={tomorrow}") == []
    assert listed(f"end_date={tomorrow}") == ["litter", "light"]
    wrong = Client().get(f"{BASE}/requests.json?start_date=yesterday")
    assert (wrong.status_code, wrong.json()[0]["code"]) == (400, 400)
    assert Client().get(f"{BASE}/requests/999.json").status_code == 404


def test_three_months_after_the_answer_nobody_can_be_found_by_it(town, post):
    post()
    post(lat="60.1800", description="Julkinen")
    first, second = Report.objects.order_by("pk")
    close(first)
    close(second, publish=True)
    expire_all(town.city, at=cities.now("mallila") + timedelta(days=89))
    first.refresh_from_db()
    assert first.email
    expire_all(town.city, at=cities.now("mallila") + timedelta(days=91))
    rows = Report.objects.order_by("pk").values_list("email", "text", "answer", "kind")
    assert list(rows) == [("", "", "", "light"), ("", "Julkinen", "Vaihdoimme lampun.", "light")]


def test_open_data_tells_no_words_that_were_not_let_and_no_exact_place(post):
    post(lat="60.173312345")
    (row,) = Client().get("/data/mallila.reports.json").json()
    assert (row["kind"], row["text"], row["latitude"]) == ("light", None, 60.1733)


def test_a_place_outside_the_city_is_refused_where_its_boundaries_are_known(town, monkeypatch):
    from toimiva.core.geography import api as geography

    monkeypatch.setattr(geography, "areas", lambda city: {"1": object()})
    monkeypatch.setattr(geography, "locate", lambda city, spots: [None])
    with pytest.raises(Invalid) as fault:
        make(town.city, NewReport("light", "x", "fi", 25.0, 61.0))
    assert [one.file for one in fault.value.faults] == ["lat"]


def test_a_city_file_that_is_wrong_says_where(town, tmp_path, monkeypatch):
    (tmp_path / "reports.toml").write_text('[kinds.light]\nowner = "x"\ndays = 0\n')
    monkeypatch.setattr(type(town.city), "find", lambda *_: tmp_path / "reports.toml")
    with pytest.raises(Invalid, match=r"reports\.toml") as fault:
        kinds(town.city)
    assert any("days" in str(one) for one in fault.value.faults)


def test_a_program_is_told_of_reports(town, developer, program):
    made = developer.ask("POST", "", {"url": program.url, "topics": ["report.made/1"]}).json()
    row = make(town.city, NewReport("light", "Valo ei pala.", "fi", 24.941, 60.173))
    while webhooks.deliver():
        pass
    told = [one["data"] for one in program.read(made["secret"]) if one["type"] == "report.made/1"]
    assert [one["report"].rpartition("/")[2] for one in told] == [f"{row.pk}.json"]
    assert "pala" not in str(told)


def test_others_know_the_place_to_ten_metres_by_open311_too(post):
    post(lat="60.173312345", long="24.941098765")
    told = Client().get(f"{BASE}/requests.json").json()[0]
    assert (told["lat"], told["long"]) == (60.1733, 24.9411)
    assert "60.173312345" not in Client().get(f"{BASE}/requests.xml").content.decode()


def test_a_report_by_a_key_in_the_form_counts_against_its_quota(post, settings):
    settings.API_PLANS = {"standard": (1, 100)}
    answers = [post().status_code for _ in range(3)]
    assert answers.count(429) >= 1  # a minute may have begun between
    assert Report.objects.count() == answers.count(201)


def test_what_xml_has_no_place_for_is_left_out(post):
    post(description="Valo\x08 ei\ufffe pala\uffff.")
    close(Report.objects.get(), publish=True)
    listed = fromstring(Client().get(f"{BASE}/requests.xml").content)
    assert listed.find("request/description").text == "Valo ei pala."
    assert Client().get(f"{BASE}/requests.json?service_code=light%00").status_code == 400


def test_a_case_of_a_kind_that_the_city_took_away_can_still_be_answered(town, post, monkeypatch):
    post()
    row = Report.objects.get()
    monkeypatch.setattr("toimiva.capabilities.reports.answering.kinds", lambda city: {})
    assert "light" in Client().get(f"/desk/{row.case}/").content.decode()
    close(row)
    row.refresh_from_db()
    assert row.answer == "Vaihdoimme lampun."


def test_one_that_joins_while_the_case_is_closed_is_answered_too(town, post, monkeypatch):
    post()
    first = Report.objects.get()
    tell, joined = answering.tell, []

    def tell_and_join(*given):
        tell(*given)
        if not joined:
            joined.append(Report.objects.create(**{
                field.name: getattr(first, field.name) for field in Report._meta.fields if field.name not in ("id", "token")
            } | {"token": "another", "closed": None}))  # fmt: skip

    monkeypatch.setattr(answering, "tell", tell_and_join)
    close(first)
    assert not Report.objects.filter(closed=None).exists()


def test_the_desk_has_a_report_by_the_day_that_its_kind_is_answered_by_the_first_due_first(town, post):
    for service_code, at in (("light", "60.1733"), ("slippery", "60.1800")):
        assert post(service_code=service_code, lat=at).status_code == 201
    due = {Report.objects.get(case=case.pk).kind: case.due for case in cases.list_cases("mallila")}
    assert due == {row.kind: row.expected for row in Report.objects.all()}
    assert [*due.values()] == sorted(due.values())
    assert len({*due.values()}) == 2
