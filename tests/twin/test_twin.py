"""A city's twin from files to tiles and answers: what is kept, what is built again, what the sun gives."""

from __future__ import annotations

import json
import shutil
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pvlib
import pytest
from pyproj import Transformer

from tests.parts.gltf import attribute, document_of, on_earth, unpacked, validated
from tests.parts.models3d import EAST, NORTH, House, citygml2, street
from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.asking import ask, question, questions
from toimiva.capabilities.twin.checking import check_twin, mend_twin
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.settings import left_by_clouds
from toimiva.capabilities.twin.sun import sun_on_roofs
from toimiva.capabilities.twin.tiling import build_tiles
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid, NotFound
from toimiva.engines.citymodels.api import Frame
from toimiva.engines.solids.api import faces_of
from toimiva.engines.sun.api import Scene, hours, sky_year, year_on

ROOT = Path(__file__).parent.parent.parent


def quiet(*_):
    """No progress is shown."""


def rows(city, sql, branch=""):
    return [tuple(row) for row in ask(city, sql, {}, branch).rows]


def test_what_is_brought_in_is_measured_and_placed(city, brings):
    brought = brings(House())
    assert (brought.objects, brought.faces, brought.epsg) == (1, 7, 3879)
    assert "17.6 m" in brought.heights
    (row,) = rows(
        city,
        "SELECT name, round(volume), round(roof_area, 2), round(top - ground, 1), longitude, latitude FROM objects",
    )
    assert row[:4] == ("Talo house", 600.0, 100.0, 9.0), (
        "80 m2 by 6 m, and half of 3 m more; a roof of two times 10 by 5"
    )
    assert (round(row[4], 3), round(row[5], 3)) == (24.982, 60.184)


def test_the_same_file_brought_in_again_replaces_itself_only(city, brings):
    brings(*street(5))
    brings(House("other"), name="other.gml")
    brings(*street(3))
    assert rows(city, "SELECT source, count(*) FROM objects GROUP BY ALL ORDER BY ALL") == [
        ("houses.gml", 3),
        ("other.gml", 1),
    ]


def test_a_file_that_cannot_be_read_leaves_what_was_there(city, brings, tmp_path):
    brings(*street(4))
    (tmp_path / "houses.gml").write_text(citygml2(*street(9))[:-3000])
    (tmp_path / "fine.gml").write_text(citygml2(House("fine")))
    by_name = {one.source: one for one in bring_in(city, tmp_path)}
    assert "not well-formed" in by_name["houses.gml"].error
    assert by_name["houses.gml"].line > 50
    assert by_name["fine.gml"].objects == 1
    assert rows(city, "SELECT count(*) FROM objects") == [(5,)]


def test_a_file_without_a_system_is_placed_by_the_one_that_is_named(city, tmp_path):
    (tmp_path / "a.gml").write_text(citygml2(House(), srs=""))
    assert "--crs" in bring_in(city, tmp_path)[0].mend
    assert bring_in(city, tmp_path, crs="EPSG:3879")[0].objects == 1


def test_swapped_axes_give_the_same_house(city, brings):
    brings(House("usual"))
    told = brings(House("swapped"), name="swapped.gml", swapped=True)
    assert told.axes == "northing, easting"
    assert (
        len(set(rows(city, "SELECT round(x, 3), round(y, 3), round(volume, 3), round(longitude, 9) FROM objects"))) == 1
    )


def test_a_damaged_archive_does_not_stop_the_files_beside_it(city, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no archive")
    (tmp_path / "b.gml").write_text(citygml2(House()))
    by_name = {one.source: one for one in bring_in(city, tmp_path)}
    assert "no ZIP archive" in by_name["a.zip"].error
    assert by_name["b.gml"].objects == 1


def test_several_processes_bring_in_what_one_does(city, tmp_path, monkeypatch):
    from toimiva.capabilities.twin import importing

    (tmp_path / "a.gml").write_text(citygml2(*street(120)))
    bring_in(city, tmp_path / "a.gml")
    alone = rows(city, "SELECT id, digest, findings FROM objects ORDER BY id")
    monkeypatch.setattr(importing, "_LARGE", 0)
    bring_in(city, tmp_path / "a.gml")
    assert rows(city, "SELECT id, digest, findings FROM objects ORDER BY id") == alone


def test_an_object_far_from_the_others_is_not_drawn_wherever_in_the_file_it_stands(city, brings, monkeypatch):
    from toimiva.capabilities.twin import importing

    monkeypatch.setattr(importing, "_BATCH", 4)
    brings(*street(4), House("lost", x=EAST + 900_000))
    assert rows(city, "SELECT id FROM objects WHERE NOT placed") == [("lost",)], "though it is read by itself"


def test_an_object_far_from_the_others_is_kept_and_not_drawn(city, brings):
    brings(*street(4), House("lost", x=EAST + 900_000))
    assert rows(city, "SELECT id FROM objects WHERE NOT placed") == [("lost",)]
    assert 1009 in check_twin(city, "", quiet).by_code()
    assert build_tiles(city).objects == 4


# --- tiles ------------------------------------------------------------------------------------------------------


def mesh_on_earth(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Vertices in earth-centred metres, and the feature of each, as a viewer reads them."""
    document, binary = document_of(content)
    mesh, ids = unpacked(document, binary, document["meshes"][0]["primitives"][0])
    return on_earth(document, np.asarray(mesh.points)), attribute(mesh, ids["_FEATURE_ID_0"]).reshape(-1)


def test_a_house_stands_on_the_earth_where_it_is(city, brings):
    brings(House())
    tiles = Path(build_tiles(city).folder)
    earth, _ = mesh_on_earth((tiles / "content/0/0/0.glb").read_bytes())
    lon, lat, height = Transformer.from_crs(4978, 4979, always_xy=True).transform(*earth.T)
    x, y = Transformer.from_crs(4326, 3879, always_xy=True).transform(lon, lat)
    found = np.stack([x, y, height - 17.6], axis=1)
    true = np.array([point for _, points in House().faces() for point in points])
    away = np.linalg.norm(found[:, None] - true, axis=2).min(axis=1)
    assert away.max() < 0.02, "metres"


def test_every_object_is_in_one_tile_and_named_there(city, brings):
    brings(*street(420))
    tiles = Path(build_tiles(city).folder)
    names = []
    for file in tiles.rglob("content/**/*.glb"):
        document, binary = document_of(file.read_bytes())
        table = document["extensions"]["EXT_structural_metadata"]["propertyTables"][0]
        values, offsets = (
            document["bufferViews"][table["properties"]["id"][key]] for key in ("values", "stringOffsets")
        )
        ends = np.frombuffer(binary[offsets["byteOffset"] : offsets["byteOffset"] + offsets["byteLength"]], "<u4")
        text = binary[values["byteOffset"] : values["byteOffset"] + values["byteLength"]]
        names += [text[a:b].decode() for a, b in pairwise(ends)]
        _, feature = mesh_on_earth(file.read_bytes())
        assert set(feature.astype(int).tolist()) == set(range(table["count"]))
    assert sorted(names) == sorted(house.id for house in street(420))


def test_only_changed_tiles_are_built_again(city, brings):
    houses = street(420)
    brings(*houses)
    first = build_tiles(city)
    assert (first.built, first.kept) == (first.tiles, 0)
    assert build_tiles(city).built == 0
    before = {file: file.read_bytes() for file in Path(first.folder).rglob("*.glb")}
    small = min(range(420), key=lambda number: houses[number].eaves)
    brings(
        *[
            House(**{**vars(house), "eaves": house.eaves + 0.2}) if number == small else house
            for number, house in enumerate(houses)
        ]
    )
    again = build_tiles(city)
    assert again.built == 1
    assert sum(file.read_bytes() != content for file, content in before.items() if "content" in str(file)) == 1


def test_a_build_that_was_stopped_leaves_no_tile_for_what_it_is_not(city, brings, monkeypatch):
    """Stopped after a changed tile was written, the change taken back: the tile is built again as it was."""
    from toimiva.capabilities.twin import tiling

    brings(House("one"))
    tile = Path(build_tiles(city).folder) / "content/0/0/0.glb"
    before = tile.read_bytes()
    brings(House("one", eaves=20))
    monkeypatch.setattr(tiling, "_write_index", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        build_tiles(city)
    assert tile.read_bytes() != before
    monkeypatch.undo()
    brings(House("one"))
    build_tiles(city)
    assert tile.read_bytes() == before


def test_the_same_twin_gives_the_same_bytes(city, brings):
    brings(*street(30))
    first = {file.name: file.read_bytes() for file in Path(build_tiles(city).folder).rglob("*.*b*")}
    shutil.rmtree(keeping.home(city) / "tiles")
    assert {file.name: file.read_bytes() for file in Path(build_tiles(city).folder).rglob("*.*b*")} == first


def test_the_official_validator_finds_nothing(city, brings):
    brings(*street(200))
    files = list(Path(build_tiles(city).folder).rglob("*.glb"))
    told = validated(files)
    assert len(told) == len(files) > 2
    assert [(one["numErrors"], one["numWarnings"]) for one in told] == [(0, 0)] * len(files)
    said = {message["code"] for one in told for message in one["messages"]}
    assert said <= {"UNSUPPORTED_EXTENSION", "UNUSED_OBJECT"}, (
        "it does not know the extensions that use what it finds unused"
    )


def test_subtrees_say_which_tiles_are_there(city, brings):
    brings(*street(420))
    tiles = Path(build_tiles(city).folder)
    there = {tuple(map(int, file.with_suffix("").parts[-3:])) for file in tiles.rglob("content/**/*.glb")}
    content = (tiles / "subtrees/0/0/0.subtree").read_bytes()
    length, binary_length = struct.unpack_from("<QQ", content, 8)
    document, binary = json.loads(content[24 : 24 + length]), content[24 + length :]
    assert len(binary) == binary_length
    said = document["contentAvailability"][0]
    bits = np.unpackbits(
        np.frombuffer(binary, np.uint8, offset=document["bufferViews"][said["bitstream"]]["byteOffset"]),
        bitorder="little",
    )
    found, start = set(), 0
    for level in range(4):
        for code in range(4**level):
            if bits[start + code]:
                x = sum((code >> 2 * bit & 1) << bit for bit in range(level))
                y = sum((code >> 2 * bit + 1 & 1) << bit for bit in range(level))
                found.add((level, x, y))
        start += 4**level
    assert found == {cell for cell in there if cell[0] < 4}
    assert said["availableCount"] == len(found)


def test_nothing_to_draw_says_what_to_do(city, brings):
    with pytest.raises(NotFound, match="twin import"):
        build_tiles(city)


# --- sun --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tilt, azimuth", [(0, 180), (30, 180), (45, 90), (20, 315), (90, 180)])
def test_a_year_on_an_open_plane_is_what_pvlib_sums_hour_by_hour(tilt, azimuth):
    left, _ = left_by_clouds(cities.load("helsinki"))
    year, by_hour = sky_year(60.18, 24.98, 20.0, left), hours(60.18, 24.98, 20.0, left)
    true = pvlib.irradiance.get_total_irradiance(
        tilt, azimuth, by_hour.zenith, by_hour.azimuth, by_hour.dni, by_hour.ghi, by_hour.dhi, albedo=0.2, model="isotropic"
    )["poa_global"].sum() / 2000  # fmt: skip
    lean, turn = np.radians(tilt), np.radians(azimuth)
    normal = np.array([np.sin(lean) * np.sin(turn), np.sin(lean) * np.cos(turn), np.cos(lean)])
    across = np.cross([0, 0, 1], normal) if tilt else np.array([1.0, 0, 0])
    across /= np.linalg.norm(across)
    along = np.cross(normal, across)
    face = faces_of([[np.concatenate([-across - along, across - along, across + along, along - across]) * 4]])
    got = year_on(face, np.array([True]), Scene(np.zeros((0, 3, 3))), year)
    assert got.sun[0] == pytest.approx(true, rel=0.01)


def test_a_wall_to_the_south_takes_the_sun(city, brings):
    brings(
        House("low", eaves=3.0, rise=1.0),
        House("tall", y=NORTH - 12, eaves=40.0),
        House("free", x=EAST + 400, eaves=3.0, rise=1.0),
    )
    sunned = sun_on_roofs(city, "", facades=False, progress=quiet)
    assert sunned.faces == 6
    got = {
        row[0]: row[1:]
        for row in rows(
            city, "SELECT object, max(sun), max(shade) FROM solar WHERE azimuth BETWEEN 90 AND 270 GROUP BY object"
        )
    }
    assert got["low"][0] < 0.7 * got["free"][0]
    assert got["free"][1] < 0.02 < got["low"][1]


def test_a_hill_on_the_horizon_takes_the_low_sun(city, brings):
    brings(House("talo"))
    told = "SELECT avg(sun), max(shade), sum(unshaded) FROM solar WHERE azimuth BETWEEN 90 AND 270"
    sun_on_roofs(city, "", facades=False, progress=quiet)
    ((free, shade, whole),) = rows(city, told)
    hill = [
        (EAST + east, NORTH - north, 150.0 if north > 900 else 0.0)
        for east in range(-3000, 3001, 50) for north in range(-1000, 1501, 50)
    ]  # fmt: skip
    keeping.keep_heights(city, "maasto.tif", np.array(hill, dtype=float), Frame.kept(3879, (EAST, NORTH), 17.6))
    sun_on_roofs(city, "", facades=False, progress=quiet)
    ((behind, shaded, unshaded),) = rows(city, told)
    assert 0.8 * free < behind < 0.97 * free, "eight or nine degrees to the south: winter's sun, and some sky"
    assert shaded > shade + 0.02
    assert unshaded == pytest.approx(whole)


def test_the_sun_of_what_has_changed_since_is_not_told(city, brings):
    brings(House("stays"), House("grows", x=EAST + 60))
    sun_on_roofs(city, "", facades=False, progress=quiet)
    assert rows(city, "SELECT DISTINCT object FROM solar ORDER BY object") == [("grows",), ("stays",)]
    brings(House("stays"), House("grows", x=EAST + 60, eaves=12))
    assert rows(city, "SELECT DISTINCT object FROM solar") == [("stays",)]


@pytest.mark.shared
def test_roofs_are_as_helsinki_s_own_attributes_say(shared, city):
    """Where a roof has several faces its attributes are those of the first: pitch (from the vertical), direction, area."""
    bring_in(city, shared / "data" / "twin" / "citygml")
    told = rows(
        city,
        "SELECT surface, first(slope ORDER BY id), first(azimuth ORDER BY id), first(area ORDER BY id), count(*), "
        "any_value(CAST(attributes ->> 'RoofPitch' AS DOUBLE)), any_value(CAST(attributes ->> 'RoofOrientation' AS DOUBLE)), "
        "any_value(CAST(attributes ->> 'Area' AS DOUBLE)) FROM faces WHERE kind = 'RoofSurface' AND attributes LIKE '%RoofPitch%' GROUP BY surface",
    )  # fmt: skip
    single = [row for row in told if row[4] == 1 and row[7] > 5]
    assert len(single) > 100
    assert max(abs(90 - row[1] - row[5]) for row in single) < 1
    assert max(abs(row[3] - row[7]) / row[7] for row in single) < 0.01
    turned = [
        abs((row[2] - row[6] + 180) % 360 - 180) for row in single if row[2] is not None and row[5] < 89 and row[6] >= 0
    ]
    assert max(turned) < 1


# --- asking -----------------------------------------------------------------------------------------------------


def test_the_twin_answers_and_opens_nothing_else(city, brings, home):
    brings(*street(6))
    assert rows(city, "SELECT count(*) FROM objects WHERE top - ground > 8") == [(4,)]
    (home / "secret.csv").write_text("name\nSalla\n")
    for sql in (
        f"SELECT * FROM read_csv('{home}/secret.csv')",
        "COPY objects TO 'out.csv'",
        "SELECT 1; SELECT 2",
        "SELEC",
        "ATTACH 'x.db'",
    ):
        with pytest.raises(Invalid):
            ask(city, sql, {})


def test_every_named_question_of_helsinki_is_answered(city, brings):
    brings(*street(12))
    sun_on_roofs(city, "", facades=False, progress=quiet)
    found = questions(city)
    assert {"buildings", "south-roofs", "sources"} <= set(found)
    answers = {name: ask(city, one.sql, one.parameters) for name, one in found.items()}
    assert len(answers["buildings"].rows) == 12
    for one in found.values():
        assert set(one.title) == {"fi", "sv", "en"}
    with pytest.raises(NotFound, match="buildings"):
        question(city, "nothing")


def test_faults_are_kept_and_what_is_safe_is_mended(city, brings, tmp_path):
    text = citygml2(House("open"), House("fine"))
    cut = text.index('<bldg:boundedBy><bldg:GroundSurface gml:id="open_s0">')
    text = text[:cut] + text[text.index("</bldg:boundedBy>", cut) + len("</bldg:boundedBy>") :]
    (tmp_path / "a.gml").write_text(text.replace('<gml:surfaceMember xlink:href="#open_0"/>', ""))
    bring_in(city, tmp_path / "a.gml")
    report = check_twin(city, "", quiet)
    assert (report.checked, report.faulty, report.by_code()) == (2, 1, {302: 1})
    assert list(mend_twin(city, "", quiet)) == ["open"]
    assert check_twin(city, "", quiet).faulty == 0
    assert rows(city, "SELECT DISTINCT round(volume) FROM objects") == [(600.0,)]
