"""A company's program is told what happens, signed, until it takes it."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.parts.developers import make_developer
from toimiva.capabilities.datasets import api as datasets
from toimiva.capabilities.sensors.models import Location, Thing
from toimiva.capabilities.sensors.simulating import simulate_schools
from toimiva.capabilities.watches import api as watches
from toimiva.capabilities.webhooks import addresses, delivering
from toimiva.capabilities.webhooks.addresses import target_of
from toimiva.capabilities.webhooks.delivering import deliver, forget_old
from toimiva.capabilities.webhooks.models import Hook, Notice
from toimiva.core.channels.models import Message
from toimiva.core.errors import Invalid
from toimiva.core.retention.api import expire_all

ALARMS = ["alarm.raised/1", "alarm.passed/1"]


@pytest.fixture
def hook(developer, program) -> dict:
    """Told of alarms, with its trial taken."""
    made = developer.ask("POST", "", {"url": program.url, "topics": ALARMS}).json()
    assert deliver() == 1
    assert [one["type"] for one in program.read(made["secret"])] == ["hook.tried/1"]
    program.came.clear()
    return made


def test_a_company_is_told_of_heavy_air_and_that_it_has_passed(town, hook, program):
    list(simulate_schools(town.city, schools=1, rooms=8, first=date(2027, 1, 11), days=1, seed=3))
    watch = watches.watch(town.city, "school-air")
    at = datetime(2027, 1, 11, 8, tzinfo=town.city.zone)
    raised = passed = 0
    while at.hour < 17:
        looked = watches.look(town.city, watch, at=at)
        raised, passed, at = raised + looked.raised, passed + looked.passed, at + timedelta(minutes=5)
    assert raised == passed > 0
    while deliver():
        pass
    told = program.read(hook["secret"])
    assert [one["type"] for one in told].count("alarm.raised/1") == raised
    assert len(told) == raised + passed
    first = next(one for one in told if one["type"] == "alarm.raised/1")["data"]
    assert (first["city"], first["watch"]) == ("mallila", "school-air")
    assert first["page"].endswith("/watches/mallila/school-air/")
    assert first["thing"].rpartition("/")[2].startswith("Things(")


def test_what_is_not_taken_comes_again_later_as_the_same_notice(developer, hook, program):
    program.answer = 503
    developer.ask("POST", f"/{hook['id']}/trial")
    assert deliver() == 0
    assert deliver() == 0, "it is not due yet"
    notice = Notice.objects.get(taken=None)
    assert (notice.tries, notice.answer) == (1, "503")
    assert timedelta(seconds=3) < notice.due - timezone.now() <= timedelta(seconds=5)
    program.answer = 200
    Notice.objects.filter(pk=notice.pk).update(due=timezone.now())
    assert deliver() == 1
    first, second = (headers["webhook-id"] for headers, _ in program.came)
    assert first == second
    (told,) = [one["notices"] for one in developer.ask("GET", "").json()]
    assert [(one["answer"], one["tries"]) for one in told] == [("200", 2), ("204", 1)]


def test_a_program_that_is_away_is_told_so_to_its_developer_in_the_end(developer, hook, program):
    program.answer = 500
    Hook.objects.update(taken=timezone.now() - timedelta(days=6))
    developer.ask("POST", f"/{hook['id']}/trial")
    deliver()
    assert developer.ask("GET", "").json() == []
    letter = Message.objects.get(kind="developer")
    assert letter.address == developer.email
    assert "ei ottanut viestejämme vastaan (500)" in letter.text
    assert "tog inte emot" in letter.text
    assert letter.subject.startswith("Webhook-kytkentäsi on päättynyt / ")


def test_one_that_answers_410_wants_no_more(developer, hook, program):
    program.answer = 410
    developer.ask("POST", f"/{hook['id']}/trial")
    deliver()
    assert not Hook.objects.filter(ended=None).exists()


def test_nobody_is_followed_elsewhere(developer, hook, program):
    program.answer = 302
    developer.ask("POST", f"/{hook['id']}/trial")
    assert deliver() == 0
    assert Notice.objects.get(taken=None).answer == "302"


def test_a_server_that_answers_a_byte_at_a_time_holds_nobody_up(developer, hook, program, monkeypatch):
    monkeypatch.setattr(delivering, "WAIT_S", 0.5)
    ended = threading.Event()

    def trickle(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not ended.wait(0.1):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        slow = developer.ask("POST", "", {"url": url, "topics": ALARMS}).json()["id"]
        developer.ask("POST", f"/{hook['id']}/trial")
        assert deliver() == 1, "the other is told"
        ended.set()
        thread.join()
    assert Notice.objects.get(hook=slow).answer.startswith("TimeoutError")


def test_a_notice_that_somebody_has_changed_is_found_out(developer, hook, program):
    developer.ask("POST", f"/{hook['id']}/trial")
    deliver()
    ((headers, body),) = program.came
    with pytest.raises(WebhookVerificationError):
        Webhook(hook["secret"]).verify(body.replace(b"tried", b"tries"), headers)


def test_a_stop_while_it_is_sent_sends_it_again(developer, hook, program, monkeypatch):
    developer.ask("POST", f"/{hook['id']}/trial")
    with monkeypatch.context() as power:
        power.setattr("toimiva.capabilities.webhooks.delivering._post", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            deliver()
    assert deliver() == 0
    Notice.objects.filter(taken=None).update(due=timezone.now())  # the lease is over
    assert deliver() == 1


@pytest.mark.parametrize("body, told", [
    ({"url": "ftp://example.org/", "topics": ALARMS}, "not HTTPS"),
    ({"url": "https://user:word@example.org/", "topics": ALARMS}, "not HTTPS"),
    ({"url": "http://no such host/", "topics": ALARMS}, "is not found"),
    ({"url": "https://nowhere.invalid/", "topics": ALARMS}, "is not found"),
    ({"url": "http://10.1.2.3/", "topics": ALARMS}, "not on the open Internet"),
    ({"url": "http://[fe80::1]/", "topics": ALARMS}, "not on the open Internet"),
    ({"url": "http://169.254.169.254/latest/meta-data", "topics": ALARMS}, "not on the open Internet"),
    ({"url": "http://127.0.0.1/", "topics": ["weather/1"]}, "There is no topic 'weather/1'"),
    ({"url": "http://127.0.0.1/", "topics": []}, "No topic"),
])  # fmt: skip
def test_an_address_that_may_not_be_asked_is_refused_with_the_reason(developer, body, told):
    answer = developer.ask("POST", "", body)
    assert answer.status_code == 422
    assert told in answer.json()["title"]
    assert not Hook.objects.exists()


def test_in_production_the_own_machine_is_out_of_reach_by_any_name(settings, monkeypatch):
    settings.PRODUCTION = True
    for url in (
        "http://example.org/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://0.0.0.0/",
    ):
        with pytest.raises(Invalid):
            target_of(url)
    given = [(socket.AF_INET, 0, 0, "", ("93.184.216.34", 443)), (socket.AF_INET, 0, 0, "", ("192.168.1.5", 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: given)
    with pytest.raises(Invalid, match="open Internet"):
        target_of("https://both.example/")
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: given[:1])
    target = target_of("https://shop.example:8443/in?x=1")
    assert target.url == httpx.URL("https://93.184.216.34:8443/in?x=1"), "it is asked by the number that was checked"
    assert (target.host, target.name) == ("shop.example:8443", "shop.example")


def test_a_name_that_points_elsewhere_later_is_not_followed_inside(developer, hook, program, settings):
    Hook.objects.update(url="http://10.0.0.1/")
    developer.ask("POST", f"/{hook['id']}/trial")
    assert deliver() == 0
    assert "not on the open Internet" in Notice.objects.get(taken=None).answer


def test_a_hook_is_seen_and_ended_by_its_own_key_only(town, developer, hook, program):
    other = make_developer(town, "muu@yritys.example")
    assert other.ask("GET", "").json() == []
    assert other.ask("DELETE", f"/{hook['id']}").status_code == 404
    assert other.ask("POST", f"/{hook['id']}/trial").status_code == 404
    assert developer.ask("DELETE", f"/{hook['id']}").status_code == 204
    assert developer.ask("DELETE", f"/{hook['id']}").status_code == 404
    assert make_developer(town, "x@y.example").ask("GET", "/topics").status_code == 200
    developer.secret = "toimiva_nothing"
    assert developer.ask("GET", "").status_code == 401


def test_a_key_has_so_many_hooks(developer, program):
    answers = [developer.ask("POST", "", {"url": program.url, "topics": ALARMS}).status_code for _ in range(21)]
    assert answers == [201] * 20 + [409]


def test_a_data_set_tells_when_its_rows_have_changed_and_not_before(town, developer, program):
    made = developer.ask("POST", "", {"url": program.url, "topics": ["dataset.changed/1"]}).json()
    at = datetime(2027, 1, 11, 8, tzinfo=UTC)
    assert datasets.look(town.city, at=at) == []
    assert datasets.look(town.city, at=at + timedelta(hours=1)) == []
    place = Location.objects.create(name="Park", description="d", encoding_type="application/geo+json", location={"type": "Point", "coordinates": [24.9, 60.2]})  # fmt: skip
    Thing.objects.create(name="Mast", description="d").locations.set([place])
    assert datasets.look(town.city, at=at + timedelta(days=1)) == ["sensors"]
    assert datasets.dataset("mallila.sensors").modified == "2027-01-12"
    while deliver():
        pass
    told = [one for one in program.read(made["secret"]) if one["type"] == "dataset.changed/1"]
    assert [(one["data"]["dataset"], one["data"]["rows"]) for one in told] == [("mallila.sensors", 1)]


def test_what_was_told_is_forgotten_after_a_month(town, developer, hook):
    later = timezone.now() + timedelta(days=31)
    assert forget_old(timezone.now()) == 0
    assert forget_old(later) == 1
    expire_all(town.city, at=later)
    assert Hook.objects.exists(), "a hook that holds is kept"
