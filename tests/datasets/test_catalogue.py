"""The open data catalogue as programs read it: DCAT-AP, CKAN, OGC API Features, files; and as it takes in others."""

from __future__ import annotations

import io
import json
import math
import subprocess
import sys
from datetime import date, datetime

import mapbox_vector_tile
import polars as pl
import pytest
from django.test import Client
from pyproj import Transformer
from rdflib import DCAT, RDF, SH, Graph

from toimiva.capabilities.datasets.models import Harvested
from toimiva.capabilities.sensors.simulating import simulate_schools
from toimiva.capabilities.watches import api as watches
from toimiva.core.city import api as cities
from toimiva.core.publishing.api import open_tables
from toimiva.project import cli

OTHERS = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def described(n: int, title: str = "Joukkoliikenteen pysäkit", word: str = "joukkoliikenne") -> str:
    return f"""
<https://x.example/{n}> a dcat:Dataset ; dct:title "{title} {n}"@fi, "Stops {n}"@en ; dct:description "Pysäkit {n}"@fi ;
  dcat:keyword "{word}"@fi ; dct:publisher <https://x.example/hsl> ; dct:issued "2026-01-01"^^xsd:date ;
  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/TRAN> ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "HSL" ; vcard:hasEmail <mailto:data@x.example> ] ;
  dcat:distribution <https://x.example/{n}.csv#d> .
<https://x.example/{n}.csv#d> a dcat:Distribution ; dcat:accessURL <https://x.example/{n}> ; dcat:downloadURL <https://x.example/{n}.csv> ;
  dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> ; dcat:byteSize "1000"^^xsd:nonNegativeInteger ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> .
<https://x.example/hsl> a foaf:Agent ; foaf:name "HSL" .
"""


def ask(action: str, **given) -> dict:
    answer = Client().get(f"/api/3/action/{action}", given)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["success"] is True
    return told["result"]


@pytest.fixture
def schools(town):
    """A school whose air was heavy, so that sensors and alarms have rows."""
    list(simulate_schools(town.city, schools=2, rooms=8, first=date(2027, 1, 11), days=1, seed=3))
    watch = watches.watch(town.city, "school-air")
    for hour in (9, 10, 11):
        watches.look(town.city, watch, at=datetime(2027, 1, 11, hour, tzinfo=town.city.zone))
    return town


@pytest.mark.shared
def test_the_whole_catalogue_has_no_violation_of_dcat_ap(schools, shared, tmp_path, capsys):
    (tmp_path / "others.ttl").write_text(OTHERS + "".join(described(n) for n in range(5)))
    assert cli.main(["datasets", "harvest", str(tmp_path / "others.ttl")]) == 0
    assert cli.main(["datasets", "write", str(tmp_path / "out"), "--json"]) == 0
    capsys.readouterr()
    shapes = shared / "data" / "catalogue" / "dcat-ap-3.0.1"
    both = Graph().parse(shapes / "dcat-ap-SHACL.ttl").parse(shapes / "ranges.ttl")
    for shape, prop in [(s, o) for s, o in both.subject_objects(SH.property) if (o, SH.path, None) not in both]:
        both.remove((shape, SH.property, prop))  # the published ranges name property shapes that they do not have
    both.serialize(tmp_path / "shapes.ttl")
    done = subprocess.run(
        [sys.executable, "-m", "pyshacl", "-s", str(tmp_path / "shapes.ttl"), "-f", "table", str(tmp_path / "out" / "catalogue.ttl")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[:6000]
    graph = Graph().parse(tmp_path / "out" / "catalogue.ttl")
    count = len(set(graph.subjects(RDF.type, DCAT.Dataset)))
    assert count == len(open_tables.keys()) * len(cities.cities()) + 5
    for form in ("jsonld", "rdf"):
        other = Graph().parse(tmp_path / "out" / f"catalogue.{form}", format={"jsonld": "json-ld", "rdf": "xml"}[form])
        assert len(other) == len(graph), "each form says the same"


def test_a_program_finds_and_takes_a_table_by_ckan(schools):
    assert "mallila.sensor-hours" in ask("package_list")
    found = ask("package_search", q="ilmanlaatu", rows=2)
    assert found["count"] >= 2
    package = ask("package_show", id="mallila.sensor-hours")
    assert package["title_translated"]["sv"].startswith("Sensorernas mätningar per timme")
    assert package["extras"] == [{"key": "simulated", "value": "true"}]
    resource = ask("resource_show", id=package["resources"][0]["id"])
    address = resource["url"].partition("/data/")[2]
    rows = pl.read_csv(io.BytesIO(Client().get(f"/data/{address}").content))
    assert rows.height == 16 * 2 * 24
    assert rows.filter(observed="Carbon dioxide")["highest"].max() > 1150
    assert Client().get("/api/3/action/package_show", {"id": "nothing"}).json()["error"]["__type"] == "Not Found Error"
    assert Client().get("/api/3/action/package_delete").status_code == 400
    assert Client().get("/api/3/action/package_search", {"rows": "-1"}).status_code == 409
    posted = Client().post(
        "/api/3/action/package_show", json.dumps({"id": "mallila.alarms"}), content_type="application/json"
    )
    assert posted.json()["result"]["name"] == "mallila.alarms"


def test_every_table_is_the_same_in_every_form(schools):
    for name in open_tables:
        parquet = pl.read_parquet(io.BytesIO(Client().get(f"/data/mallila.{name}.parquet").content))
        assert [column.name for column in open_tables[name].columns] == parquet.columns
        assert len(json.loads(Client().get(f"/data/mallila.{name}.json").content)) == parquet.height
    places = Client().get("/data/mallila.sub-areas.geojson").json()
    assert places["features"][0]["geometry"]["type"] == "Point"
    assert Client().get("/data/mallila.alarms.geojson").status_code == 404, "alarms have no places of their own"
    assert ask("package_show", id="mallila.alarms")["num_resources"] == 3


def test_features_with_places_are_paged_and_narrowed_by_box_time_and_value(schools):
    client = Client()
    names = {one["id"] for one in client.get("/ogc/collections").json()["collections"]}
    assert "mallila.sensors" in names
    assert "mallila.alarms" not in names
    page = client.get("/ogc/collections/mallila.sensors/items?limit=10").json()
    assert (page["numberMatched"], page["numberReturned"]) == (16, 10)
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    rest = client.get(following.partition("testserver")[2]).json()
    assert rest["numberReturned"] == 6
    assert not [link for link in rest["links"] if link["rel"] == "next"]
    first = page["features"][0]
    x, y = first["geometry"]["coordinates"]
    near = client.get(
        f"/ogc/collections/mallila.sensors/items?bbox={x - 0.0001},{y - 0.0001},{x + 0.0001},{y + 0.0001}&limit=100"
    ).json()
    assert 1 <= near["numberMatched"] <= 16
    named = client.get("/ogc/collections/mallila.sensors/items", {"name": first["properties"]["name"]}).json()
    assert [one["id"] for one in named["features"]] == [first["id"]]
    assert (
        client.get("/ogc/collections/mallila.sensors/items?datetime=2020-01-01T00:00:00Z/2020-02-01T00:00:00Z").json()[
            "numberMatched"
        ]
        == 0
    )
    assert (
        client.get(f"/ogc/collections/mallila.sensors/items/{first['id']}").json()["properties"] == first["properties"]
    )
    for wrong in ("bbox=1,2", "bbox=a,b,c,d", "datetime=soon", "limit=x", "colour=red"):
        answer = client.get(f"/ogc/collections/mallila.sensors/items?{wrong}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json"), wrong
        assert answer.json()["detail"]
    assert client.get("/ogc/collections/mallila.nothing/items").headers["Content-Type"] == "application/problem+json"
    everywhere = client.get("/ogc/collections/mallila.sensors/items?bbox=170,-90,169,90").json()  # across 180 degrees
    assert everywhere["numberMatched"] == 16


def test_places_come_in_the_system_that_one_asks_for_with_its_axes_in_order(schools):
    """OGC 18-058r1: EPSG:3879 is northing, easting; what is found by a box does not depend on the box's system."""
    client, address = Client(), "/ogc/collections/mallila.sensors/items"
    epsg = "http://www.opengis.net/def/crs/EPSG/0/"
    usual = client.get(f"{address}?limit=1")
    lon, lat = usual.json()["features"][0]["geometry"]["coordinates"]
    assert usual.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    degrees = client.get(f"{address}?limit=1&crs={epsg}4326").json()["features"][0]
    assert degrees["geometry"]["coordinates"] == [lat, lon]
    answer = client.get(f"{address}/{degrees['id']}?crs={epsg}3879")
    assert answer.headers["Content-Crs"] == f"<{epsg}3879>"
    north, east = answer.json()["geometry"]["coordinates"]
    x, y = Transformer.from_crs(4326, 3879, always_xy=True).transform(lon, lat)
    assert (north, east) == pytest.approx((y, x), abs=0.001)
    box = f"bbox={north - 1},{east - 1},{north + 1},{east + 1}&bbox-crs={epsg}3879"
    assert degrees["id"] in [one["id"] for one in client.get(f"{address}?{box}").json()["features"]]
    assert (
        client.get(f"{address}?bbox={east - 1},{north - 1},{east + 1},{north + 1}&bbox-crs={epsg}3879").json()[
            "numberMatched"
        ]
        == 0
    )
    for wrong in (f"crs={epsg}1", "crs=x", "bbox=1,2,3,4&bbox-crs=x", "bbox-crs=x"):
        assert client.get(f"{address}?{wrong}").status_code == 400, wrong


def test_the_interface_of_places_is_described_with_every_parameter_it_takes(schools):
    """OGC 17-069r4, sections 7.3 and 7.15: what the description says is what is answered, for every collection."""
    client = Client()
    told = client.get("/ogc/api").json()
    names = [one["id"] for one in client.get("/ogc/collections").json()["collections"]]
    for name in names:
        described = told["paths"][f"/collections/{name}/items"]["get"]["parameters"]
        columns = client.get(f"/ogc/collections/{name}/tiles/WebMercatorQuad").json()["layers"][0]["propertiesSchema"][
            "properties"
        ]
        assert {one["name"] for one in described} == {
            "bbox",
            "bbox-crs",
            "crs",
            "datetime",
            "limit",
            "offset",
            *columns,
        }
        for parameter in described:
            assert (parameter["in"], parameter["style"], parameter["explode"]) == ("query", "form", False)
        assert client.get(f"/ogc/collections/{name}/items?limit=10000&offset=0").status_code == 200
        tile = told["paths"][f"/collections/{name}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"]["get"]
        assert tile["operationId"].endswith(".collection.vector.getTile")  # OGC 20-057, table 11


TILES = "/ogc/collections/mallila.sensors/tiles"


def tile(zoom: int, row: int, column: int) -> list[dict]:
    """Points of a tile as they are decoded; none for one that is empty."""
    answer = Client().get(f"{TILES}/WebMercatorQuad/{zoom}/{row}/{column}")
    if answer.status_code == 204:
        return []
    assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    return mapbox_vector_tile.decode(answer.content)["mallila.sensors"]["features"]


def at(longitude: float, latitude: float, zoom: int) -> tuple[float, float]:
    """The column and row of a place, with where it is in its tile as the fraction."""
    sine = math.sin(math.radians(latitude))
    return (longitude + 180) / 360 * 2**zoom, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * 2**zoom


def test_tiles_have_every_place_where_it_is(schools):
    items = Client().get("/ogc/collections/mallila.sensors/items?limit=100").json()["features"]
    whole = tile(0, 0, 0)
    assert {one["id"]: one["properties"]["name"] for one in whole} == {
        one["id"]: one["properties"]["name"] for one in items
    }
    for item in items:
        across, down = at(*item["geometry"]["coordinates"], 15)
        found = next(one for one in tile(15, int(down), int(across)) if one["id"] == item["id"])
        x, y = found["geometry"]["coordinates"]  # decoded with y upwards
        assert x / 4096 == pytest.approx(across % 1, abs=1e-3)
        assert 1 - y / 4096 == pytest.approx(down % 1, abs=1e-3)
    assert tile(15, 0, 0) == []


def test_the_way_to_the_tiles_is_told_and_tiles_that_are_none_are_refused(schools):
    client = Client()
    links = client.get("/ogc/collections/mallila.sensors").json()["links"]
    assert f"http://testserver{TILES}" in [one["href"] for one in links if one["rel"].endswith("tilesets-vector")]
    (told,) = client.get(TILES).json()["tilesets"]
    template = next(one["href"] for one in told["links"] if one.get("templated"))
    address = template.format(tileMatrix=0, tileRow=0, tileCol=0).removeprefix("http://testserver")
    assert client.get(address).status_code == 200
    assert client.get(f"{TILES}/WebMercatorQuad").json()["layers"][0]["propertiesSchema"]["properties"]["sensor"] == {
        "type": "integer"
    }
    assert (
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt" in client.get("/ogc/conformance").json()["conformsTo"]
    )
    for none in ("0/0/1", "0/1/0", "23/0/0", "3/8/0", "99999999/0/0"):
        assert client.get(f"{TILES}/WebMercatorQuad/{none}").status_code == 404, none
    assert client.get("/ogc/collections/mallila.alarms/tiles").status_code == 404


@pytest.mark.parametrize("words, found", [
    ("anturi", "mallila.sensors"), ("antureista", "mallila.sensors"), ("mittaustulokset", "mallila.sensor-hours"),
    ("ilmanlaatumittaus", "mallila.sensor-hours"), ("osa-alueiden kartta", "mallila.sub-areas"),
    ("hälytyksiä", "mallila.alarms"), ("inomhusluften", "mallila.alarms"), ("förskoleundervisningen", "mallila.rounds"),
    ("services", "mallila.services"), ("esiopetuspaikat", "mallila.rounds-by-area"),
])  # fmt: skip
def test_people_find_data_by_inflected_and_compound_words(town, words, found):
    names = [row["name"] for row in ask("package_search", q=words, rows=100)["results"]]
    assert found in names, names


def test_another_catalogue_is_taken_in_whole_and_again(town, tmp_path, capsys):
    source = tmp_path / "others.ttl"
    source.write_text(OTHERS + "".join(described(n) for n in range(3)))
    assert cli.main(["datasets", "harvest", str(source), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"harvested": 3, "gone": 0}
    (stop,) = [row for row in ask("package_search", q="pysäkki", rows=10)["results"] if row["title"].endswith("1")]
    assert stop["organization"]["title"] == "HSL"
    assert stop["maintainer_email"] == "data@x.example"
    assert stop["resources"][0] | {"name": ""} == stop["resources"][0] | {"name": "", "format": "CSV", "size": 1000}
    assert "Joukkoliikenteen pysäkit 1" in Client().get(f"/data/{stop['name']}/").content.decode()

    source.write_text(OTHERS + described(1) + described(9))
    assert cli.main(["datasets", "harvest", str(source), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"harvested": 2, "gone": 2}
    assert ask("package_show", id=stop["name"])["name"] == stop["name"], "its address stays"

    source.write_text(OTHERS + "<https://x.example/1> a dcat:Dataset ; dct:title")
    assert cli.main(["datasets", "harvest", str(source)]) == 1
    assert "cannot be read as turtle" in capsys.readouterr().err
    assert Harvested.objects.count() == 2, "nothing of the earlier harvest is lost"


def test_what_is_harvested_here_is_the_same_at_home(schools, tmp_path, capsys):
    """Our own catalogue, taken in again: a round through DCAT-AP loses nothing that people see."""
    content = Client().get("/data/catalogue.rdf").content
    (tmp_path / "own.rdf").write_bytes(content)
    assert cli.main(["datasets", "harvest", str(tmp_path / "own.rdf")]) == 0
    own = ask("package_show", id="mallila.alarms")
    row = Harvested.objects.get(identifier__endswith="/data/mallila.alarms/")
    assert (row.title, row.about) == (own["title_translated"], own["notes_translated"])
    assert len(row.distributions) == own["num_resources"]
    assert row.licence == own["license_url"]
    assert own["license_title"] == "CC BY 4.0"


@pytest.mark.parametrize("sql, told", [
    ("SELECT 1; SELECT 2", "Only one SELECT"), ("DROP TABLE services", "Only one SELECT"), ("SELEC", "cannot be answered"),
    ("COPY services TO '/tmp/x.csv'", "Only one SELECT"), ("SELECT * FROM read_csv('/etc/passwd')", "cannot be answered"),
    ("SELECT * FROM '/etc/passwd'", "cannot be answered"), ("SELECT * FROM residents", "cannot be answered"),
    ("INSTALL httpfs", "Only one SELECT"), ("SET memory_limit = '9GB'", "Only one SELECT"),
    ("SELECT count(*) FROM range(9000000) a, range(9000000) b WHERE hash(a.range, b.range) = 5", "seconds"),
    ("SELECT getenv('TOIMIVA_SECRET_KEY')", "cannot be answered"), ("SELECT 'x' || repeat('y', 6000000000)", "cannot be answered"),
])  # fmt: skip
def test_sql_is_kept_within_the_public_tables_and_limits(town, sql, told):
    answer = Client().get("/data/sql/mallila/", {"q": sql}, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_sql_answers_over_the_public_tables(town):
    page = (
        Client()
        .get("/data/sql/mallila/", {"q": "SELECT name_fi, code FROM sub_areas ORDER BY code LIMIT 1"})
        .content.decode()
    )
    assert "Keskusta" in page


def test_counts_under_five_are_never_told_nor_found_by_subtracting(town):
    """A round of 60 children in a small city has areas and answers of a few."""
    town.starts_a_round()
    row = town.round
    row.phase, row.summary = "measured", {
        "offered": 60, "replied": 55, "accepted": 52, "declined": 3, "no_reply": 5, "with_staff": 0, "decisions": 52,
    }  # fmt: skip
    row.save()
    told = Client().get("/data/mallila.rounds.json").json()[0]
    assert told["offered"] == 60
    assert (told["declined"], told["no_reply"]) == (None, None), "the small one with the next"
    assert (told["replied"], told["decisions"], told["with_staff"]) == (None, None, 0)
    areas = Client().get("/data/mallila.rounds-by-area.json").json()
    assert areas
    hidden = [one for one in areas if one["offered"] is None]
    assert len(hidden) != 1
    assert all(one["offered"] is None or one["offered"] >= 5 or one["offered"] == 0 for one in areas)


INFLECTED = {
    "ilmanlaatu": "Ilmanlaadun mittaukset", "ilmanlaadun": "Ilmanlaatu", "leipä": "Leivän hinta", "kaupunki": "Kaupungin tontit",
    "kadut": "Katujen kunto", "tieto": "Tiedot väestöstä", "kaupat": "Kaupan sijainnit", "vesijohto": "Vesijohdot",
    "kuvat": "Kuvapalvelu", "laadun": "Laadunvalvonta",
}  # fmt: skip


def test_words_are_found_whose_consonants_change_as_they_are_inflected(home, db, tmp_path):
    rows = [described(n, title=title) for n, title in enumerate(INFLECTED.values())]
    (tmp_path / "inflected.ttl").write_text(OTHERS + "".join(rows))
    assert cli.main(["datasets", "harvest", str(tmp_path / "inflected.ttl")]) == 0
    for n, (asked, title) in enumerate(INFLECTED.items()):
        found = [row["title"] for row in ask("package_search", q=asked, rows=100)["results"]]
        assert f"{title} {n}" in found, asked


def test_a_thousand_data_sets_are_harvested_and_every_one_is_found(town, tmp_path, capsys):
    """Not a timing: that a large catalogue is taken in one go and every part of it can be found."""
    (tmp_path / "many.ttl").write_text(
        OTHERS + "".join(described(n, title=f"Aineisto {chr(97 + n % 26)}{n}") for n in range(1000))
    )
    assert cli.main(["datasets", "harvest", str(tmp_path / "many.ttl"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["harvested"] == 1000
    assert ask("package_search", q="aineisto", rows=0)["count"] == 1000
    assert ask("package_search", q="a26", rows=5)["results"][0]["title"].endswith("a26 26")
    assert len(ask("package_list", limit=1000)) == 1000
