"""A city's ground: real boundaries and streets from a folder, units from the open-data services."""

from __future__ import annotations

import gzip
import json

import httpx
import polars as pl
import pytest

from toimiva.capabilities.synthetic_city import api as synthetic
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid, NotFound, Unavailable
from toimiva.core.geography import api as geography
from toimiva.core.lake import api as lake
from toimiva.core.registers import api as registers
from toimiva.engines.walking.api import walks

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(home):
    return cities.load("helsinki")


def test_helsinkis_real_boundaries_and_streets_load_from_a_folder(city, shared, at):
    found = geography.load_folder(city, shared / "data", at=at("2027-01-04 08:00"))

    assert found["sub_areas"] == 148
    assert geography.locate(city, [(25_496_800.0, 6_672_900.0), (0.0, 0.0)])[1] is None
    streets = lake.read("helsinki", "city_map.streets")
    assert found["street_stretches"] == len(streets)
    sources = streets["a"].str.slice(0, 4).value_counts(sort=True)
    assert set(sources.filter(pl.col("count") > 5_000)["a"]) == {"otp-", "osm-"}  # Kumpula, and the centre
    assert streets["metres"].min() > 0
    assert streets.select("a", "b").is_unique().all()


def test_one_walks_along_the_loaded_streets(city, shared, at):
    geography.load_folder(city, shared / "data", at=at("2027-01-04 08:00"))
    snapshot = registers.take_snapshot(city, as_of=at("2027-01-04 08:00").date(), at=at("2027-01-04 08:00"))
    network = geography.network(city, snapshot)

    some = network.spots[::200]
    found = walks(some, some, detour=1.3, network=network)

    straight = abs(some[:, None] - some[None, :]) ** 2
    assert found.on_streets.mean() > 0.3
    assert (found.metres[found.on_streets] + 3 >= straight.sum(axis=2)[found.on_streets] ** 0.5).all()


def test_a_folder_with_nothing_in_it_says_what_was_looked_for(city, tmp_path, at):
    with pytest.raises(NotFound, match="osa_alueet"):
        geography.load_folder(city, tmp_path, at=at("2027-01-04 08:00"))


@pytest.mark.parametrize(
    "name, content, says",
    [
        ("boundaries/osa_alueet.geojson", b'{"features": [{"properties": {}}]}', "not GeoJSON of sub-areas"),
        ("boundaries/osa_alueet.geojson", b'{"a":' * 100_000, "not GeoJSON of sub-areas"),
        ("network/x_street_edges.csv.gz", b"a;b\n1;2\n", "not a table of street edges"),
        ("network/y_street_edges.csv.gz", gzip.compress(b"a;b\n" * 9_000, mtime=0)[:30], "not a table of street edges"),
        ("network/x.osm.pbf", b"nothing of the kind", "not an OpenStreetMap extract"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(city, tmp_path, at, name, content, says):
    path = tmp_path / name
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(Invalid, match=says):
        geography.load_folder(city, tmp_path, at=at("2027-01-04 08:00"))


# --- the city's services, answering as theirs do: WFS with GeoJSON, the service map with pages

SQUARE = [[[24.90, 60.10], [25.10, 60.10], [25.10, 60.30], [24.90, 60.30], [24.90, 60.10]]]
AREAS = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"tunnus": "101"}, "geometry": {"type": "Polygon", "coordinates": SQUARE}}
]}  # fmt: skip
SERVICES = [{"id": 11, "name": {"fi": "Suomenkielinen esiopetus"}}, {"id": 12, "name": {"fi": "Ruotsinkielinen esiopetus"}},
            {"id": 13, "name": {"fi": "Esiopetuksen neuvonta"}}]  # fmt: skip


def unit(number, names, lon=24.95, lat=60.20):
    return {"id": number, "name": names, "location": {"type": "Point", "coordinates": [lon, lat]}}


UNITS = {
    "11": [[unit(1, {"fi": "Päiväkoti Kaisla", "sv": "Daghemmet Kaisla", "en": "Daycare Kaisla"})],
           [unit(2, {"fi": "Päiväkoti Ulappa"}, lon=26.0), {"id": 3, "name": {"fi": "Ilman paikkaa"}, "location": None}]],
    "12": [[unit(4, {"fi": "Daghemmet Viken", "sv": "Daghemmet Viken"})]],
}  # fmt: skip


def answering(request: httpx.Request) -> httpx.Response:
    asked = request.url.params
    if "wfs" in request.url.path:
        return httpx.Response(200, json=AREAS)
    if request.url.path.endswith("/service/"):
        return httpx.Response(200, json={"count": 3, "next": None, "previous": None, "results": SERVICES})
    pages, page = UNITS[asked["service"]], int(asked.get("page", "1"))
    following = None if page == len(pages) else str(request.url.copy_set_param("page", page + 1))
    return httpx.Response(200, json={"count": 3, "next": following, "previous": None, "results": pages[page - 1]})


def fetched(city, answer=answering):
    return geography.fetch(city, transport=httpx.MockTransport(answer))


def test_units_and_boundaries_are_fetched_page_by_page(city):
    assert fetched(city) == {"sub_areas": 1, "units": 3}

    sites = geography.sites(city)
    assert sites["unit"].to_list() == ["tprek-1", "tprek-2", "tprek-4"]  # the one without a place is left out
    assert sites["sub_area"].to_list() == ["101", None, "101"]
    assert sites["language"].to_list() == ["fi", "fi", "sv"]
    assert sites["name_sv"].to_list() == ["Daghemmet Kaisla", "Päiväkoti Ulappa", "Daghemmet Viken"]
    assert 25_490_000 < sites["x"][0] < 25_510_000


def test_a_city_created_after_has_its_places_in_the_real_units(city):
    fetched(city)
    synthetic.create_city(city, seed=1, residents=3000)

    units, groups = lake.read("helsinki", "units.units"), lake.read("helsinki", "units.groups")
    assert set(units["unit"]) == {"tprek-1", "tprek-2", "tprek-4"}
    assert groups.filter(pl.col("group") == "fi")["capacity"].sum() > 20
    assert set(groups["unit"]) <= set(units["unit"])


def unreachable(request):
    raise httpx.ConnectError("no route to host")


def renamed(request):
    if request.url.path.endswith("/service/"):
        return httpx.Response(200, json={"next": None, "results": [{"id": 1, "name": {"fi": "Suomenkielinen eskari"}}]})
    return answering(request)


@pytest.mark.parametrize(
    "answer, error, says",
    [
        (unreachable, Unavailable, "cannot be fetched.*no route to host"),
        (lambda r: httpx.Response(503), Unavailable, "503"),
        (lambda r: httpx.Response(200, text="<html>"), Invalid, "not GeoJSON"),
        (renamed, Invalid, "no service 'suomenkielinen esiopetus'.*suomenkielinen eskari"),
        (lambda r: answering(r) if "wfs" in r.url.path else httpx.Response(200, text=json.dumps([1])), Invalid,
         "does not answer as a service map"),
    ],
)  # fmt: skip
def test_services_that_fail_are_told_and_what_was_kept_stays(city, answer, error, says):
    fetched(city)

    with pytest.raises(error, match=says):
        fetched(city, answer)
    assert len(geography.sites(city)) == 3
