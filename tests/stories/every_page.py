"""Every page of the table of addresses, as it is asked for: by the tests of pages, of access and of attacks."""

from __future__ import annotations

import json
import re
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from django.urls import URLResolver, get_resolver

from tests.parts.town import Town
from tests.stories.conftest import code_of
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.datasets import requesting
from toimiva.capabilities.design import api as design
from toimiva.capabilities.developers import keys
from toimiva.capabilities.developers.models import Key
from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.proposals.models import Proposal
from toimiva.capabilities.reports.making import NewReport, make
from toimiva.capabilities.sensors.loading import load_folder
from toimiva.capabilities.sensors.models import Observation, Thing
from toimiva.capabilities.sensors.simulating import simulate_schools
from toimiva.capabilities.services import api as services
from toimiva.capabilities.watches import api as watches
from toimiva.core.city import api as cities

NOT_PAGES = re.compile(
    r"^/(act-as/|healthz|sign-out/|oauth/.+|sta/.+|gbfs/.+|gtfs-rt/.+|open311/.+|devices/(in/.+|out/)|ogc/.*|api/3/.+|(data|lineage)/.*<str:form>|twin/.+/(tiles/.+|.+json)|\.well-known/.+|status\.json)$|/(sign|start|stop|pause|draft|progress|end|back|jwks|support|token|openid-configuration)/?$"
    r"|^/my/receipts/.+|\.(pdf|dmn|csv|zip|geojson|atom)$"
)  # fmt: skip


OWN_PAGES = ("/my/", "/sessions/")  # of a signed-in resident


def pages_of(town: Town) -> list[str]:
    """Every page of the table of addresses, with something real in place of each name: a new page cannot be forgotten."""
    family, case = town.family(), Case.objects.order_by("pk").first()
    service = services.get_service(town.city, "preschool")
    draft = design.open_draft(service, author="Maija Malli", at=cities.now("mallila"))
    design.change_text(draft, "fi", "offer_subject", "{child}", author="Maija Malli")
    values = {
        "city": "mallila", "service": "preschool", "tile_id": "A1", "draft_id": draft.pk, "round_id": town.round.id,
        "case_id": case.pk, "number": family.phone().number.lstrip("+"), "token": family.link.rstrip("/").split("/")[-1],
        "correction": _correction(town, family), "giver": _giver(town, family), "thing": _thing(), "watch": "school-air", "name": "mallila.alarms", "proof": _proof(town), "group": _school(town), "kind": "resident", "person": family.offer.person, "purpose": "preschool-placement", "plan": "torni", "story_id": "preschool",
    }  # fmt: skip
    _heard_on_a_plan(town)
    asked = [address for address in addresses() if not NOT_PAGES.search(address)]
    _wishes()
    told = make(town.city, NewReport("light", "Valo ei pala.", "fi", 24.941, 60.173)).token
    asked = [address.replace("report/at/<str:token>", f"report/at/{told}") for address in asked]
    return [re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), address) for address in asked] + ["/o/nothing/"]


def _wishes() -> None:
    """Requests for data: one that waits, one that others see."""
    if requesting.waiting().exists():
        return
    requesting.ask_for("Puut", "Laskisin varjot.")
    seen = requesting.ask_for("Penkit", "Mummo lepäisi.")
    requesting.answer(seen.pk, requesting.Answer("shown"), official="Olli Ohje")


def _heard_on_a_plan(town: Town) -> None:
    """A plan before residents, with a comment that others see and one that waits."""
    if Proposal.objects.exists():
        return
    words = {"fi": "Torni", "sv": "Tornet", "en": "The tower"}
    at, closes = cities.now("mallila"), cities.today(town.city) + timedelta(days=30)
    plan = Proposal.objects.create(city="mallila", plan="torni", title=words, about=words, opened=at, closes=closes)
    for shown in (True, False):
        plan.comments.create(stance="for", text="Näkyy kauas.", language="fi", made=at, shown=shown)


def _correction(town: Town, family) -> int:
    """A request for correction that is under way."""
    found = profile.corrections_under_way("mallila")
    if found:
        return found[0].pk
    table, at = "population.residents.identities", cities.now("mallila")
    return profile.ask_correction(
        town.city, family.offer.person, table, "surname", was="Malli", wanted="Mallila", by=family.guardian, at=at
    ).pk


def _thing() -> int:
    """A sensor with a day of values."""
    found = Thing.objects.first()
    if found is None:
        raw = [{"time": f"2027-01-11T{hour:02}:00:00Z", "temperature": hour - 12, "humidity": 80} for hour in range(24)]
        told = {"id": "s1", "geometry": {"type": "Point", "coordinates": [24.95, 60.19]},
                "properties": {"data": {"raw": raw}, "measurement": {"time": "2027-01-12T00:00:00Z", "temperature": 1}}}  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "s1.geojson").write_text(json.dumps(told))
            list(load_folder(Path(folder)))
        found = Thing.objects.get()
    return found.pk


def _school(town: Town) -> str:
    """A school whose air has been heavy."""
    if not Thing.objects.filter(properties__kind="classroom").exists():
        list(simulate_schools(town.city, schools=1, rooms=2, first=date(2027, 1, 11), days=1, seed=5))
        Observation.objects.filter(datastream__name="Carbon dioxide", result_number__gt=900).update(result_number=1900)
        watch = watches.watch(town.city, "school-air")
        watches.look(town.city, watch, at=datetime(2027, 1, 11, 9, tzinfo=town.city.zone))
    return Thing.objects.filter(properties__kind="classroom").first().properties["school"]


def _proof(town: Town) -> str:
    """The link of a developer's key that waits to be taken."""
    waiting = Key.objects.filter(confirmed=None).first()
    return keys.proof_of(waiting or keys.ask_key(town.city, "a@x.example", "Ilmakartta", "standard", language="fi"))


def _giver(town: Town, family) -> str:
    """Somebody who has let the family's guardian act for them."""
    giver = next(one.guardian for one in town.families() if one.guardian != family.guardian)
    at = cities.now("mallila")
    if not any(row.giver == giver for row, _ in profile.mandates_held(town.city, family.guardian, at=at)):
        profile.give_mandate(
            town.city, giver, code_of(family.guardian), label="x", may="answer", starts=at.date(),
            ends=at.date() + timedelta(days=9), at=at,
        )  # fmt: skip
    return giver


def addresses(resolver=None, prefix="/") -> list[str]:
    found = []
    for item in (resolver or get_resolver()).url_patterns:
        route = prefix + str(item.pattern)
        if route.startswith(("/api/", "/i18n/", "/static/")):
            continue
        found += addresses(item, route) if isinstance(item, URLResolver) else [route]
    return found
