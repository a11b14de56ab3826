"""The twin in Chromium and on the command line: a district, its roofs and their sun, shadows by the clock, a plan beside
today, a walk by keyboard, and the same without pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.parts.draped import draped
from tests.parts.models3d import EAST, NORTH, House, citygml2, street
from tests.parts.photographed import metadata, tile
from tests.parts.twins import LOOK, chosen_by_a_press, colours, drawn, houses, sensor
from tests.stories.conftest import axe, streams_end
from toimiva.capabilities.bikes import api as bikes
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.reality import build_mesh
from toimiva.core.city import api as cities
from toimiva.project import cli


def test_a_resident_looks_at_a_district_and_its_roofs(district, wide):
    bikes.simulate(cities.load("helsinki"), stations=20, seed=2)
    sensor(24.9841, 60.1838)
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    noon = drawn(wide)
    assert len(colours(noon)) > 20, "houses, their roofs and shadows are drawn"
    assert axe(wide) == []

    wide.fill("#twin-clock", "1200")
    evening = drawn(wide)
    assert evening != noon, "shadows move with the clock"
    assert "20.00" in wide.inner_text("#twin-time")

    chosen_by_a_press(wide)
    chosen = wide.inner_text("#twin-chosen")
    assert "Mallikatu 1" in chosen or "Talo talo-house" in chosen
    assert "kWh/m²" in chosen
    assert wide.locator("#twin-roofs tbody tr").count() >= 2
    assert drawn(wide) != evening, "the house is marked"

    wide.check("[name=bikes]")
    wide.wait_for_selector("#twin-status:has-text('Kaupunkipyörät: 20 (simuloitu)')")
    without = drawn(wide)
    wide.check("[name=sensors]")
    wide.wait_for_selector("#twin-status:has-text('Anturit: 1')")
    wide.click("#twin-live summary")
    assert "s1: Ilman lämpötila -3 °C" in wide.inner_text("#twin-live")
    assert drawn(wide) != without, "its value stands on the twin"
    wide.click("#twin-measure")
    assert "kaksi pistettä" in wide.inner_text("#twin-status")
    wide.click("#twin-share")
    assert "lon=" in wide.url
    assert axe(wide) == []


def test_a_plan_is_seen_beside_today(district, wide):
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    today = drawn(wide)
    wide.select_option("#twin-plan", "torni")
    wide.fill("#twin-split", "0")
    wide.wait_for_timeout(1500)
    plan = drawn(wide)
    wide.fill("#twin-split", "100")
    assert drawn(wide) != plan, "on the left of the line is today"
    assert plan != today


def test_a_planner_tries_a_building_and_keeps_it_as_a_plan(district, wide):
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    before = drawn(wide)
    wide.fill("#twin-storeys", "12")
    wide.click("#twin-place")
    wide.focus("#twin-view")
    wide.keyboard.press("Enter")
    wide.wait_for_selector("#twin-tried:not([hidden])", timeout=30_000)
    (floors,) = re.findall(r"Kerrosala, m²\s+([\d.]+)", wide.inner_text("#twin-tried"))
    assert float(floors) == pytest.approx(12 * 24 * 14, rel=0.002)
    assert "menettävät aurinkoa" in wide.inner_text("#twin-tried")
    assert drawn(wide) != before
    assert axe(wide) == []
    wide.fill("#twin-name", "kahdentoista-kerroksen")
    wide.click("#twin-keep")
    wide.wait_for_url("**plan=kahdentoista-kerroksen**", timeout=30_000)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    assert wide.input_value("#twin-plan") == "kahdentoista-kerroksen"
    assert "/proposals/helsinki/kahdentoista-kerroksen/" in wide.get_attribute("#twin-say", "href")
    add_to_the_plan(wide)


def add_to_the_plan(wide):
    """Trees beside the building, and panels on a roof, in the same plan."""
    for kind, words in (("trees", "Puita"), ("panels", "Paneeleja, m²")):
        wide.select_option("#twin-kind", kind)
        wide.evaluate("scrollTo(0, 0)")
        at = chosen_by_a_press(wide)
        wide.click("#twin-place")
        wide.evaluate("scrollTo(0, 0)")
        wide.mouse.click(*at)
        wide.wait_for_selector(f"#twin-tried:has-text('{words}')", timeout=30_000)
        assert axe(wide) == []
        wide.fill("#twin-name", "kahdentoista-kerroksen")
        wide.click("#twin-keep")
        wide.wait_for_selector("#twin-status:has-text('Suunnitelma on tallennettu')", timeout=30_000)
        wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    wide.click("#twin-say")
    told = wide.inner_text("main")
    assert told.count("on uusi") == 1 + 6 + 1
    assert axe(wide) == []


def test_a_plan_that_cannot_be_is_refused_in_words(district, client):
    square = [[24.984, 60.1838], [24.9843, 60.1838], [24.9843, 60.184], [24.984, 60.184]]

    def sends(**told):
        return client.post(
            "/twin/helsinki/plan.json",
            json.dumps({"outline": square, "storeys": 5} | told),
            content_type="application/json",
        )

    assert sends(name="torni").status_code == 409, "a plan of another"
    told = sends(day="2027-06-21").json()
    measures = told["measures"]
    assert measures["floor_area"] > 1000
    assert measures["residents"] == round(measures["floor_area"] / 45)
    assert told["day"] == "2027-06-21"
    assert 0 <= measures["neighbours_lose_mwh"] < measures["roof_sun_mwh"]
    for wrong in (
        {"storeys": 0},
        {"storeys": "x"},
        {"outline": square[:2]},
        {"outline": [[0, 0], [0, 1], [1, 1]]},
        {"outline": [*square[::2], *square[1::2]]},
        {"day": "x"},
        {"name": "../x"},
        {"kind": "castle"},
        {"kind": "trees", "points": square},
        {"kind": "trees", "points": square, "height": 200, "crown": 3},
        {"kind": "trees", "points": [[24.984, 60.1838], [24.984, 60.22]], "height": 9, "crown": 3},
        {"kind": "trees", "points": [[1e999, 0]], "height": 9, "crown": 3},
        {"kind": "panels", "object": "nothing"},
        {"kind": "panels", "object": "talo-house-3", "share": 2},
    ):
        assert sends(**wrong).status_code == 422, wrong
    assert client.post("/twin/helsinki/plan.json", "[", content_type="application/json").status_code == 422


def test_the_city_is_seen_as_it_was_photographed_and_its_buildings_answer(district, wide, tmp_path):
    metadata(tmp_path / "mesh", EAST + 78, NORTH - 30)
    tile(tmp_path / "mesh", "hill", lift=10)
    city = cities.load("helsinki")
    bring_in(city, tmp_path / "mesh")
    build_mesh(city)
    wide.goto(district + LOOK.replace("p=-38", "p=-30"))
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    models = drawn(wide)
    wide.check("[name=looks][value=mesh]")
    wide.wait_for_timeout(1500)
    photographed = drawn(wide)
    assert photographed != models
    assert {pixel for pixel in colours(photographed) if pixel[2] > 150 and pixel[0] < 90}, (
        "the blue quarter of the hill"
    )
    chosen_by_a_press(wide, (0.5, 0.5))
    assert "Talo talo-house" in wide.inner_text("#twin-chosen") or "Mallikatu" in wide.inner_text("#twin-chosen")
    assert axe(wide) == []
    wide.check("[name=looks][value=models]")
    assert drawn(wide) != photographed


def test_models_under_their_photographs_stand_on_the_ground(district, wide, tmp_path):
    city = cities.load("helsinki")
    brought = bring_in(city, draped("citygml2", tmp_path / "draped", *houses()))
    assert sum(one.triangles for one in brought) > 100
    build_mesh(city)
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    wide.wait_for_timeout(1500)
    ground = {pixel for pixel in colours(drawn(wide)) if max(pixel) - min(pixel) < 20}
    wide.check("[name=looks][value=mesh]")
    wide.wait_for_timeout(2500)
    seen = colours(drawn(wide))
    assert {pixel for pixel in seen if pixel[2] > 150 and pixel[0] < 90}, "the blue quarter of the photographs"
    assert seen & ground, "the ground is still there"


def test_a_city_that_was_only_photographed_has_a_picture_and_no_table(
    home, transactional_db, live_server, wide, tmp_path
):
    metadata(tmp_path / "mesh", EAST + 78, NORTH - 30)
    tile(tmp_path / "mesh", "hill")
    bring_in(cities.load("helsinki"), tmp_path / "mesh")
    build_mesh(cities.load("helsinki"))
    wide.goto(f"{live_server.url}/twin/helsinki/{LOOK}")
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    assert {pixel for pixel in colours(drawn(wide)) if pixel[2] > 150 and pixel[0] < 90}
    assert wide.locator("#table-title").count() == 0
    assert axe(wide) == []
    wide.context.close()
    streams_end()


def test_the_walk_and_the_table_work_by_keyboard(district, wide):
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    before = drawn(wide)
    wide.focus("[data-stop='1']")
    wide.keyboard.press("Enter")
    wide.wait_for_selector("[data-stop='1'][aria-current]")
    assert "varjo kulkee" in wide.inner_text("#twin-status")
    wide.wait_for_timeout(2500)
    assert drawn(wide) != before
    wide.focus("#twin-table button >> nth=0")
    wide.keyboard.press("Enter")
    wide.wait_for_selector("#twin-chosen:not([hidden])")
    assert wide.evaluate("document.activeElement.id") == "chosen-title"
    wide.focus("#twin-view")
    for key in ("ArrowUp", "ArrowRight", "+", "-"):
        wide.keyboard.press(key)
    assert axe(wide) == []


@pytest.mark.parametrize(
    "language, words", [("fi", "Mitä näkymässä on"), ("sv", "Vad som finns i vyn"), ("en", "What is in view")]
)
def test_without_pictures_the_table_tells_the_same(district, browser, language, words):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}, locale=language)
    page = context.new_page()
    page.goto(district)
    assert words in page.inner_text("main")
    assert page.locator("#twin-table tr").count() == 10
    context.close()


def test_tiles_are_served_once_and_nothing_beside_them(district, client):
    answer = client.get("/twin/helsinki/tiles/today/tileset.json")
    assert json.loads(b"".join(answer.streaming_content))["asset"]["version"] == "1.1"
    assert (
        client.get("/twin/helsinki/tiles/today/tileset.json", headers={"If-None-Match": answer["ETag"]}).status_code
        == 304
    )
    assert client.get("/twin/helsinki/tiles/today/content/0/0/0.glb")["Content-Type"] == "model/gltf-binary"
    for name in ("state.json", "../torni/tileset.json", "..%2f..%2f..%2fdb.sqlite3", "content/9/9/9.glb", "nothing"):
        assert client.get(f"/twin/helsinki/tiles/today/{name}").status_code == 404
    assert client.get("/twin/helsinki/tiles/../tileset.json").status_code == 404
    assert client.get("/twin/helsinki/objects.json?west=a").status_code == 422
    assert client.get("/twin/helsinki/?plan=nothing").status_code == 404
    assert client.get("/twin/helsinki/object.json?id=nothing").status_code == 404
    told = client.get("/twin/helsinki/object.json", {"id": "talo-house-3"}).json()
    assert (told["height"], len(told["roofs"]), told["faults"]) == (16.0, 2, [])
    assert all(900 < roof["sun"] < 1300 or roof["azimuth"] == 0 for roof in told["roofs"])


@pytest.fixture
def toimiva(capsys, monkeypatch):
    """Run a command; (exit code, its JSON document, stderr)."""
    monkeypatch.setattr(cli, "_prepare_database", lambda: None)

    def run(*arguments: str):
        code = cli.main(["twin", *arguments, "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out.strip() else None, err

    return run


def test_from_files_to_answers_on_the_command_line(home, db, toimiva, tmp_path: Path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "a.gml").write_text(citygml2(*street(6)))
    (folder / "b.gml").write_text(citygml2(House("nowhere"), srs=""))

    code, told, err = toimiva("import", str(folder))
    assert (code, told["objects"], told["refused"]) == (3, 6, 1)
    assert "b.gml" in err
    assert "--crs" in err
    assert toimiva("import", str(folder), "--crs", "EPSG:3879")[1]["objects"] == 7
    code, told, _ = toimiva("check")
    assert (code, told["checked"], told["faulty"]) == (0, 7, 0)
    (folder / "c.gml").write_text(citygml2(House("twice"), House("twice")))
    code, told, _ = toimiva("check", str(folder))
    assert (code, [one["code"] for one in told["by_code"]]) == (1, [1007])
    assert toimiva("tiles")[1]["built"] >= 1
    assert toimiva("solar", "--facades")[1]["faces"] == 7 * 6
    code, told, _ = toimiva("ask", "south-roofs", "area=10", "within=60")
    assert (code, len(told["rows"])) == (0, 7)
    assert toimiva("ask", "SELECT count(*) AS n FROM objects")[1]["rows"] == [{"n": 7}]
    assert toimiva("ask", "questions")[1]["buildings"]["parameters"] == {"district": ""}
    assert toimiva("import", str(tmp_path / "nothing"))[0] == 1
    assert toimiva("ask", "south-roofs", "height=3")[0] == 2
    assert toimiva("import", "--remove", "x")[0] == 2
    assert toimiva("check", str(folder), "--repair")[0] == 2
    assert toimiva("import", str(folder / "a.gml"), "--branch", "plan")[1]["objects"] == 6
    assert toimiva("drop", "plan")[1] == {"branch": "plan", "objects": 6}
    assert toimiva("drop", "plan")[0] == 2
