"""A resident asks how the air is on a way of theirs: home is read by consent only, and nothing of the question is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.apps import apps

from tests.stories.conftest import code_of, signs_in
from toimiva.capabilities.air import exposing
from toimiva.capabilities.air.measures import air_of
from toimiva.capabilities.sensors.models import Datastream, Observation
from toimiva.capabilities.sensors.simulating_heat import simulate_heat
from toimiva.core.city import api as cities
from toimiva.core.geography import api as geography
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes

FIRST = date(2027, 1, 1)


def stations(town, days: int = 5) -> None:
    list(simulate_heat(town.city, stations=6, first=FIRST, days=days, seed=1))


def between(city, start: str, goal: str) -> list[exposing.Exposure]:
    ends = [geography.sub_areas(city)[code] for code in (start, goal)]
    walked = exposing.way_between(city, air_of(city), *((float(end["x"]), float(end["y"])) for end in ends))
    return list(exposing.exposures(city, air_of(city), walked))


def everything_stored() -> dict[str, int]:
    """Rows of every table but the ledger, which tells that home was read, and the sensors' hours."""
    kept = {"Entry", "Session", "SignIn", "Root", "Hour", "StaleHour"}
    return {model.__name__: model.objects.count() for model in apps.get_models() if model.__name__ not in kept}


def test_without_consent_home_is_not_read_and_a_part_of_the_city_is_chosen(live, page):
    town, url = live
    stations(town)
    guardian = town.family(language="fi").recipients[0].guardian
    signs_in(page, url, code_of(guardian))
    page.click("text=Ilma reiteilläsi")
    assert "vain, jos annat siihen suostumuksen" in page.inner_text("main")
    assert "Koti" not in page.inner_text("#id_start")

    page.select_option("#id_start", label="Keskusta")
    page.select_option("#id_goal", label="Rantala")
    page.check("text=kuumuus")
    page.click("text=Kerro ilmasta")

    told = page.inner_text("main")
    assert "Pienhiukkaset (PM2.5)" in told
    assert "Ilman lämpötila" in told
    assert "juo ennen kuin janottaa" in told, "it is hot in the afternoon"
    assert "Simuloitu: antureiden arvot on laskenut malli." in told
    assert not [use for use in ledger.about(guardian, kind="data.read") if use["purpose"] == "air-profile"]


def test_with_consent_one_starts_from_home_and_nothing_of_the_question_is_kept(live, page):
    town, url = live
    stations(town)
    guardian = town.family(language="fi").recipients[0].guardian
    signs_in(page, url, code_of(guardian))
    page.goto(f"{url}/my/purposes/air-profile/")
    page.click("button[value=consent]")
    before = everything_stored()

    page.goto(f"{url}/my/air/")
    page.select_option("#id_start", label="Koti")
    page.select_option("#id_goal", label="Rantala")
    page.click("text=Kerro ilmasta")

    assert "minuuttia kävellen" in page.inner_text("main")
    assert "?" not in page.url, "no trace in an address"
    assert everything_stored() == before
    read = [use for use in ledger.about(guardian, kind="data.read") if use["purpose"] == "air-profile"]
    assert len(read) == 1, "that home was read is told"

    purposes.withdraw_consent(town.city, guardian, "air-profile", at=cities.now("mallila"))
    page.goto(f"{url}/my/air/")
    assert "Koti" not in page.inner_text("#id_start")


def test_tomorrow_is_told_by_the_days_course_with_the_error_it_has_had(town):
    stations(town)
    particles, warmth = between(town.city, "100", "200")
    assert warmth.now.value == pytest.approx(23.5, abs=2), "at eleven in the evening"
    assert len(warmth.hours) == 24
    hottest = max(warmth.hours, key=lambda hour: hour.value)
    assert hottest.at.astimezone(town.city.zone).hour in (16, 17, 18)
    assert hottest.level >= 2
    assert warmth.hours[12].error < warmth.blind[12] / 3
    assert all(hour.value >= 0 for hour in particles.hours)
    assert particles.simulated


def test_the_error_that_is_told_is_the_error_that_is_made(town):
    stations(town, days=6)
    end = Observation.objects.order_by("-phenomenon_time").first().phenomenon_time - timedelta(days=1)
    later = Observation.objects.filter(phenomenon_time__gt=end, datastream__name="Air temperature")
    true = {}
    for number, at in later.values_list("result_number", "phenomenon_time"):
        true.setdefault(at.replace(minute=0), []).append(number)
    Observation.objects.filter(phenomenon_time__gt=end).delete()
    for stream in Datastream.objects.all():
        stream.hours.filter(hour__gt=end).delete()

    warmth = between(town.city, "100", "300")[1]
    missed = [hour.value - sum(true[hour.at]) / len(true[hour.at]) for hour in warmth.hours if hour.at in true]
    assert len(missed) >= 20
    assert sum(one**2 for one in missed) ** 0.5 / len(missed) ** 0.5 < 3 * warmth.hours[0].error


def test_a_station_that_was_put_up_today_takes_nobodys_forecast_away(town):
    stations(town)
    before = between(town.city, "100", "200")[1]
    newest = Datastream.objects.filter(name="Air temperature").order_by("pk").last()
    since = Observation.objects.order_by("-phenomenon_time").first().phenomenon_time - timedelta(hours=5)
    Observation.objects.filter(datastream=newest, phenomenon_time__lt=since).delete()
    newest.hours.filter(hour__lt=since).delete()

    after = between(town.city, "100", "200")[1]

    assert after.sensors == before.sensors, "it tells of now"
    assert len(after.hours) == 24
    assert [hour.value for hour in after.hours] == pytest.approx([hour.value for hour in before.hours], abs=2)


def test_too_few_places_tell_nothing(town):
    list(simulate_heat(town.city, stations=3, first=FIRST, days=4, seed=1))
    assert between(town.city, "100", "200") == []
