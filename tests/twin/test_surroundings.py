"""What stands around buildings: OpenStreetMap extracts, noise of roads."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.parts.models3d import EAST, NORTH, House
from tests.parts.streets import LATITUDE, LONGITUDE, extract, place
from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.asking import ask
from toimiva.capabilities.twin.elevation import elevations
from toimiva.capabilities.twin.flood import flood_at
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.noise import noise_before_walls
from toimiva.capabilities.twin.showing import object_of
from toimiva.capabilities.twin.sun import hours_lost
from toimiva.capabilities.twin.walking import walk_to_places
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.publishing.api import open_tables
from toimiva.engines.citymodels.api import Frame, Unreadable, read, sources, surroundings


def quiet(*_):
    """No progress is shown."""


def rows(city, sql, branch=""):
    return [tuple(row) for row in ask(city, sql, {}, branch).rows]


def features(path, *told):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(told)}))
    return path


def line(daily, **more):
    geometry = {"type": "LineString", "coordinates": [place(east, 0) for east in (-300, 300)]}
    return {"type": "Feature", "id": "tie", "properties": {"daily": daily, **more}, "geometry": geometry}


# reading


def test_buildings_are_as_high_as_they_tell_or_as_is_guessed(tmp_path):
    (source,) = sources(extract(tmp_path / "osa.osm.pbf"))
    houses = {one.id: one for one in read(source)}
    top = {key: max(polygon.rings[0][2] for polygon in one.polygons) for key, one in houses.items()}
    assert top == {"osm-way-1": 12.0, "osm-way-2": 12.0, "osm-way-3": 3.0}, "12 m, four storeys, a garage of one"
    assert [one.attributes["height_from"] for one in houses.values()] == ["height", "storeys", "guess"]
    assert houses["osm-way-1"].name == "Etutalo"


def test_places_are_services_and_roads_what_cars_drive_on(tmp_path):
    (source,) = sources(extract(tmp_path / "osa.osm.pbf"))
    found = surroundings(source)
    assert [(one.kind, one.name) for one in found.places] == [("library", "Kalasataman kirjasto")], "a bench is none"
    (road,) = found.roads
    assert (road.kind, road.speed, len(road.line)) == ("primary", 50.0, 4), "and a path is none"


def test_a_file_that_only_looks_like_an_extract_is_refused(city, tmp_path):
    (tmp_path / "rikki.osm.pbf").write_bytes(b"no extract at all")
    (brought,) = bring_in(city, tmp_path / "rikki.osm.pbf")
    assert "no OpenStreetMap extract" in brought.error
    assert not keeping.is_there(city)


def test_points_and_lines_of_geojson_are_places_and_roads(city, tmp_path):
    library = {
        "type": "Feature",
        "properties": {"kind": "library", "name": "Oodi"},
        "geometry": {"type": "Point", "coordinates": [LONGITUDE, LATITUDE]},
    }
    (brought,) = bring_in(city, features(tmp_path / "palvelut.geojson", library, line(5000, speed=40)))
    assert (brought.objects, brought.places, brought.roads, brought.findings) == (0, 1, 1, {})


def test_a_line_that_cannot_be_read_is_refused_with_the_reason(tmp_path):
    broken = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [["a", "b"]]}}
    (source,) = sources(features(tmp_path / "rikki.geojson", broken))
    with pytest.raises(Unreadable, match="cannot be read"):
        surroundings(source)


def test_the_same_extract_brought_in_again_replaces_what_it_gave(city, around, tmp_path):
    assert (around.objects, around.places, around.roads) == (3, 1, 1)
    bring_in(city, tmp_path / "osa.osm.pbf")
    assert rows(city, "SELECT count(*) FROM places") == [(1,)]
    assert rows(city, "SELECT count(*), any_value(speed) FROM roads") == [(1, 50.0)]


# noise


def test_the_wall_to_the_road_is_louder_than_the_one_in_the_court(city, around):
    heard = noise_before_walls(city, "", progress=quiet)
    assert (heard.roads, heard.guessed) == (1, 1)
    walls = dict(rows(city, "SELECT wall, den FROM noise WHERE object = 'osm-way-1'"))
    assert len(walls) == 4
    loudest, quietest = max(walls.values()), min(walls.values())
    assert 60 < loudest < 80, "20,000 vehicles a day, twenty metres away"
    assert loudest - quietest > 12, "the house itself stands between"


def test_a_house_behind_a_house_is_quieter_by_what_stands_between(city, around):
    noise_before_walls(city, "", progress=quiet)
    loudest = dict(rows(city, "SELECT object, max(den) FROM noise GROUP BY object"))
    assert loudest["osm-way-1"] - loudest["osm-way-2"] > 3, "its ends see the road past the house in front"
    ((court,),) = rows(city, "SELECT min(den) FROM noise WHERE object = 'osm-way-2'")
    assert loudest["osm-way-1"] - court > 12


def test_twice_the_traffic_is_three_decibels(city, tmp_path, brings):
    levels = []
    for daily in (4000, 8000):
        bring_in(city, features(tmp_path / "tiet.geojson", line(daily, heavy=0.05, speed=50)))
        if not levels:
            bring_in(city, features(tmp_path / "talo.geojson", house()))
        assert noise_before_walls(city, "", progress=quiet).guessed == 0
        levels.append(rows(city, "SELECT max(den) FROM noise")[0][0])
    assert levels[1] - levels[0] == pytest.approx(3.0, abs=0.15)


def house(south=20.0, **told):
    ring = [place(x, y) for x, y in ((0, south), (30, south), (30, south + 12), (0, south + 12), (0, south))]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": "talo", "properties": {"height": 12, **told}, "geometry": geometry}


def test_noise_of_a_house_that_has_changed_is_not_told(city, tmp_path):
    bring_in(city, features(tmp_path / "kaikki.geojson", house(), line(8000)))
    noise_before_walls(city, "", progress=quiet)
    assert rows(city, "SELECT count(*) FROM noise")[0][0] > 0
    bring_in(city, features(tmp_path / "kaikki.geojson", house(height=15), line(8000)))
    assert rows(city, "SELECT count(*) FROM noise") == [(0,)]


def test_a_city_that_does_not_say_what_drives_is_told_so(city, around, monkeypatch):
    monkeypatch.setattr(type(city), "find", lambda *_: None)
    with pytest.raises(NotFound, match="does not say what drives"):
        noise_before_walls(city, "", progress=quiet)


def test_a_wrong_share_in_the_settings_is_told_with_its_line(city, around, tmp_path, monkeypatch):
    wrong = tmp_path / "noise.toml"
    wrong.write_text('source = "x"\nshares = [1, 0, 0]\n[roads.primary]\ndaily = 1\nheavy = 7\nspeed = 50\n')
    monkeypatch.setattr(type(city), "find", lambda *_: wrong)
    with pytest.raises(Invalid) as told:
        noise_before_walls(city, "", progress=quiet)
    assert "heavy" in str(told.value.faults[0])


def road_south_of_the_house(path, metres):
    lon, lat, _ = Frame.kept(3879, (0.0, 0.0), 0.0).to_degrees(
        np.array([EAST - 300, EAST + 300]), np.array([NORTH - metres] * 2), 0
    )
    geometry = {"type": "LineString", "coordinates": [list(one) for one in zip(lon, lat, strict=True)]}
    told = {"type": "Feature", "id": "tie", "properties": {"daily": 8000}, "geometry": geometry}
    return features(path, told)


def loudest(city):
    noise_before_walls(city, "", progress=quiet)
    return rows(city, "SELECT max(den) FROM noise")[0][0]


def hills(city, ridge):
    """Ground at 5 metres with a ridge along the road, 30 to 50 metres south of the house."""
    points = [
        (EAST + east, NORTH + north, 5.0 + (ridge if -50 <= north <= -30 else 0.0))
        for east in range(-400, 401, 10) for north in range(-200, 101, 10)
    ]  # fmt: skip
    keeping.keep_heights(city, "maasto.tif", np.array(points, dtype=float), Frame.kept(3879, (EAST, NORTH), 17.6))


def test_a_ridge_between_a_road_and_a_house_is_heard(city, brings, tmp_path):
    brings(House("talo", ground=5.0))
    bring_in(city, road_south_of_the_house(tmp_path / "tie.geojson", 80))
    without = loudest(city)
    hills(city, 0.0)
    assert loudest(city) == pytest.approx(without, abs=0.2), "level terrain is as the house's own foot"
    hills(city, 8.0)
    assert loudest(city) < without - 4


def test_without_terrain_the_ground_is_what_houses_stand_on(city, brings, tmp_path):
    brings(House("ylös", ground=20.0), House("alas", x=EAST + 100, ground=3.0))
    box = (EAST - 500, NORTH - 500, EAST + 500, NORTH + 500)
    with keeping.opened(city, "") as asked:
        assert sorted(elevations(asked, 3879, box)[:, 2]) == [3.0, 20.0]
        assert len(elevations(asked, 3879, (0.0, 0.0, 1.0, 1.0))) == 0
    bring_in(city, road_south_of_the_house(tmp_path / "tie.geojson", 30))
    assert loudest(city) > 50, "two feet are a slope along their line"


def test_blocks_whose_ground_nobody_told_stand_on_a_level(city, around):
    with keeping.opened(city, "") as asked:
        ((epsg, x, y),) = asked.sql("SELECT any_value(epsg), avg(x), avg(y) FROM objects").fetchall()
        assert len(elevations(asked, epsg, (x - 500, y - 500, x + 500, y + 500))) == 0


# the sea


def test_a_block_whose_ground_nobody_told_is_not_guessed_to_be_under_water(city, around):
    done = flood_at(city, "", 2.0)
    assert (done.buildings, done.unknown) == (0, 3)


# what is told


def test_a_resident_is_told_of_noise_and_of_ways_on_foot(city, around, client):
    noise_before_walls(city, "", progress=quiet)
    walk_to_places(city, "", progress=quiet)
    told = client.get("/twin/helsinki/object.json?id=osm-way-1", headers={"accept-language": "fi"}).json()
    assert told["noise"]["loudest"] > told["noise"]["quietest"]
    assert [(way["kind"], way["name"]) for way in told["ways"]] == [("Kirjasto", "Kalasataman kirjasto")]
    assert object_of(city, "", "osm-way-1")["ways"][0]["metres"] > 300


def test_results_are_open_data(city, around):
    assert open_tables["road-noise"].rows(city).is_empty()
    noise_before_walls(city, "", progress=quiet)
    walk_to_places(city, "", progress=quiet)
    noise = open_tables["road-noise"].rows(city)
    assert noise.filter(pl.col("lden") > 60).height > 0
    assert open_tables["walks-to-services"].rows(city)["service"].to_list() == ["Kalasataman kirjasto"] * 3
    assert open_tables["sea-level"].rows(city).is_empty()


def test_central_helsinki_has_its_libraries_and_its_loud_streets(city, shared):
    (brought,) = bring_in(city, shared / "data" / "network" / "helsinki_centre.osm.pbf")
    assert (brought.objects, brought.places, brought.roads) == (446, 189, 721)
    walk_to_places(city, "", progress=quiet)
    libraries = {name for (name,) in rows(city, "SELECT name FROM places WHERE kind = 'library'")}
    assert "Helsingin keskustakirjasto Oodi" in libraries
    assert rows(city, "SELECT max(metres) < 1500 FROM walks WHERE kind = 'library'") == [(True,)]


def test_the_page_says_whom_the_data_is_by(city, around, brings, client):
    brings(House(), name="talot_lod2.gml")
    page = client.get("/twin/helsinki/").content.decode()
    assert "© OpenStreetMap contributors (ODbL)" in page
    assert "City of Helsinki (CC BY 4.0)" in page


def test_rounds_are_on_the_twin_by_area_in_counts_that_are_published(city, around, client, monkeypatch):
    """Of each service its newest round; an area whose count is hidden is not there."""
    frame = open_tables["rounds-by-area"].framed(
        [("old", "preschool", "091_101", "Vilhonvuori", 40), ("new", "preschool", "091_101", "Vilhonvuori", 25)]
    )
    area = open_tables["sub-areas"].rows(city)["code"][0]
    frame = frame.with_columns(area=pl.lit(area))
    hidden = frame.clear().vstack(frame[1:]).with_columns(offered=pl.lit(None, pl.Int64), area=pl.lit(area))
    monkeypatch.setattr(type(open_tables["rounds-by-area"]), "rows", lambda *_: pl.concat([frame, hidden]))
    monkeypatch.setattr(type(open_tables["rounds-by-area"]), "is_simulated", lambda *_: True)
    told = client.get("/twin/helsinki/live.json", headers={"accept-language": "fi"}).json()["rounds"]
    assert [(one["label"], one["simulated"]) for one in told] == [("25", True)]
    assert "25 tarjottua paikkaa" in told[0]["words"]


def test_noise_in_a_box_is_the_loudest_first(city, around, client):
    noise_before_walls(city, "", progress=quiet)
    box = f"west={LONGITUDE - 0.01}&east={LONGITUDE + 0.01}&south={LATITUDE - 0.01}&north={LATITUDE + 0.01}"
    walls = client.get(f"/twin/helsinki/noise.json?{box}").json()["walls"]
    assert len(walls) == 8, "a garage is lower than a receiver"
    assert len({(longitude, latitude) for longitude, latitude, *_ in walls}) == 8, "each before its own wall"
    assert [wall[3] for wall in walls] == sorted((wall[3] for wall in walls), reverse=True)
    assert client.get("/twin/helsinki/noise.json?west=x").status_code == 422


def test_a_road_of_another_system_is_heard_as_well(city, tmp_path):
    """The house is kept in EPSG:3879, the road in EPSG:3067."""
    from pyproj import Transformer

    bring_in(city, features(tmp_path / "talo.geojson", house()))
    to_utm = Transformer.from_crs(4326, 3067, always_xy=True)
    road = line(8000, speed=50)
    heard = []
    for name, change in (("EPSG:4326", lambda point: point), ("EPSG:3067", lambda point: to_utm.transform(*point))):
        moved = road | {
            "geometry": {"type": "LineString", "coordinates": [change(p) for p in road["geometry"]["coordinates"]]}
        }
        told = {"type": "FeatureCollection", "features": [moved]}
        if name != "EPSG:4326":
            told["crs"] = {"type": "name", "properties": {"name": name}}
        (tmp_path / "tie.geojson").write_text(json.dumps(told))
        (brought,) = bring_in(city, tmp_path / "tie.geojson")
        assert (brought.error, brought.roads) == ("", 1)
        noise_before_walls(city, "", progress=quiet)
        heard.append(rows(city, "SELECT max(den) FROM noise")[0][0])
    assert rows(city, "SELECT DISTINCT epsg FROM roads") == [(3067,)]
    assert heard[1] == pytest.approx(heard[0], abs=0.1)


def test_a_tree_of_a_plan_stands_where_it_is_and_takes_sun(city, tmp_path):
    def tree(east, north):
        geometry = {"type": "Point", "coordinates": place(east, north)}
        return {
            "type": "Feature",
            "id": f"puu-{east}",
            "properties": {"kind": "tree", "height": 14, "crown": 10},
            "geometry": geometry,
        }

    bring_in(city, features(tmp_path / "talo.geojson", house(height=6)))
    (brought,) = bring_in(city, features(tmp_path / "puut.geojson", tree(15, 12)), branch="puisto")
    assert (brought.kinds, brought.places) == ({"SolitaryVegetationObject": 1}, 0)
    ((height, wide),) = rows(
        city, "SELECT top, metres(west, south, east, south) FROM objects WHERE id LIKE 'puu%'", "puisto"
    )
    assert (height, round(wide)) == (14.0, 10)
    assert rows(city, "SELECT count(*) FROM faces WHERE object LIKE 'puu%' AND kind = 'RoofSurface'", "puisto") == [
        (0,)
    ]
    lost = hours_lost(city, "puisto", date(2027, 3, 20))
    assert {one.object for one in lost} == {"talo"}
    assert max(one.before - one.after for one in lost) > 1


def test_a_twin_of_roads_and_places_only_says_what_it_lacks(city, tmp_path):
    library = {
        "type": "Feature",
        "properties": {"kind": "library"},
        "geometry": {"type": "Point", "coordinates": [LONGITUDE, LATITUDE]},
    }
    bring_in(city, features(tmp_path / "tiet.geojson", library, line(5000)))
    assert noise_before_walls(city, "", progress=quiet).walls == 0
    assert flood_at(city, "", 2.0).looked_at == 0
    with pytest.raises(NotFound, match="no buildings to walk from"):
        walk_to_places(city, "", progress=quiet)


def test_a_guessed_height_says_so_wherever_it_is_told(city, around, client):
    told = open_tables["buildings"].rows(city)
    assert dict(told.select("building", "height_from").iter_rows()) == {
        "osm-way-1": "height",
        "osm-way-2": "storeys",
        "osm-way-3": "guess",
    }
    page = client.get("/twin/helsinki/", headers={"accept-language": "fi"}).content.decode()
    assert page.count("(arvattu)") == 1


def test_ways_of_a_building_that_has_changed_are_not_told(city, tmp_path):
    library = {
        "type": "Feature",
        "properties": {"kind": "library"},
        "geometry": {"type": "Point", "coordinates": place(300, 0)},
    }
    bring_in(city, features(tmp_path / "kaikki.geojson", house(), library))
    walk_to_places(city, "", progress=quiet)
    assert rows(city, "SELECT count(*) FROM walks") == [(1,)]
    bring_in(city, features(tmp_path / "kaikki.geojson", house(south=60.0), library))
    assert rows(city, "SELECT count(*) FROM walks") == [(0,)]
