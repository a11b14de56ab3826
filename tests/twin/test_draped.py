"""Photographs on the faces of models: the city as it was photographed, out of CityGML and CityJSON."""

from __future__ import annotations

import io
import json
from collections import Counter

import numpy as np
import polars as pl
import pytest
from PIL import Image

from tests.parts.draped import WRITERS, brought, draped, drawn, place_of
from tests.parts.gltf import validated
from tests.parts.models3d import EAST, NORTH, House, citygml2
from tests.parts.photographed import QUARTERS, metadata, quarters, tile
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.meshing import COLOURS
from toimiva.capabilities.twin.reality import build_mesh
from toimiva.capabilities.twin.tiling import folder_of
from toimiva.core.lake import api as lake
from toimiva.engines.tiles3d.api import Draped, coarser

HOUSE = House("house")
FAR = House("far", EAST + 600)
TRIANGLES = 16  # of a house: five faces of four corners and two of five


@pytest.mark.parametrize("write", WRITERS)
def test_every_corner_of_a_house_has_the_colour_that_its_photograph_has_there(city, tmp_path, write):
    told = brought(city, draped(write, tmp_path, HOUSE))
    assert (told.objects, told.triangles, told.epsg, told.lost) == (1, TRIANGLES, 3879, [])
    built = build_mesh(city)
    assert (built.tiles, built.pieces, built.triangles) == (1, 2, TRIANGLES)
    ground, photographed = sorted(drawn(city), key=lambda part: len(part[0]))
    points, colours = photographed
    assert len(points) == 10, "the corners of the house"
    assert points.min(axis=0) == pytest.approx([0, 0, 20.6], abs=0.02)
    assert points.max(axis=0) == pytest.approx([10, 8, 29.6], abs=0.02)
    places = [place_of(House(x=0, ground=20.6), x, z) for x, _, z in points]
    wanted = np.array([QUARTERS[int(u > 0.5), int(v > 0.5)] for u, v in places])
    assert np.abs(colours - wanted).max() < 60
    assert np.abs(ground[1] - COLOURS["GroundSurface"]).max() < 10, "what was not photographed has its kind's colour"


def test_the_tiles_of_a_street_are_sound_and_say_that_they_stand_on_the_ground(city, tmp_path):
    brought(city, draped("citygml2", tmp_path, HOUSE, FAR))
    build_mesh(city)
    tileset = json.loads((folder_of(city, "mesh") / "tileset.json").read_text())
    assert tileset["extras"] == {"ofModels": True}
    told = validated(sorted((folder_of(city, "mesh") / "content").glob("*.glb")))
    assert [(one["numErrors"], one["numWarnings"]) for one in told] == [(0, 0)]


def test_a_photograph_that_is_used_all_over_the_city_is_a_piece_in_each_place(city, tmp_path):
    file = draped("citygml2", tmp_path, HOUSE, FAR)
    file.write_text(file.read_text().replace("far.png", "house.png"))
    brought(city, file)
    kept = pl.read_parquet(lake.files(city.id, "twin.mesh"), columns=["name", "west", "east"])
    assert Counter(kept["name"]) == {"house.png": 2, "GroundSurface": 2}
    assert (kept["east"] - kept["west"]).max() < 0.001, "no piece reaches from one house to the other"


def test_a_photograph_that_is_not_there_is_named_and_its_faces_have_a_colour(city, tmp_path):
    file = draped("citygml2", tmp_path, HOUSE, FAR)
    (tmp_path / "far.png").unlink()
    told = brought(city, file)
    assert (told.objects, told.triangles, told.lost) == (2, 2 * TRIANGLES, ["far.png"])
    kept = pl.read_parquet(lake.files(city.id, "twin.mesh"), columns=["name"])
    assert set(kept["name"]) == {"house.png", "GroundSurface", "WallSurface", "RoofSurface"}


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "house.png").unlink(),
    lambda folder: (folder / "house.png").write_bytes(b"GIF89a nothing"),
    lambda folder: (folder / "house.png").write_bytes((folder / "house.png").read_bytes()[:200]),
], ids=["none", "no picture", "cut off"])  # fmt: skip
def test_without_photographs_a_model_is_what_it_was(city, tmp_path, spoil):
    file = draped("citygml2", tmp_path, HOUSE)
    spoil(tmp_path)
    told = brought(city, file)
    assert (told.objects, told.triangles, told.lost) == (1, 0, ["house.png"])
    assert build_mesh(city) is None


def test_photographs_are_not_looked_for_outside_the_model_s_folder(city, tmp_path):
    file = draped("citygml2", tmp_path / "model", HOUSE)
    (tmp_path / "model" / "house.png").rename(tmp_path / "house.png")
    file.write_text(file.read_text().replace("house.png", "../house.png"))
    assert brought(city, file).lost == ["../house.png"]


@pytest.mark.parametrize("places", ["0 0 1", "0 0 nan 1 1 1 0 1 0 0", "0 0 1e200 1 1 1 0 1 0 0", "here and there", ""])
@pytest.mark.parametrize("write", ["citygml2", "citygml3"])
def test_a_face_whose_places_make_no_sense_has_its_colour(city, tmp_path, write, places):
    file = draped(write, tmp_path, HOUSE)
    first = "0.0000 0.0000 1.0000 0.0000 1.0000 0.6667 0.0000 0.6667 0.0000 0.0000"
    assert first in file.read_text()
    file.write_text(file.read_text().replace(first, places, 1))
    told = brought(city, file)
    assert told.objects == 1
    assert told.triangles in (TRIANGLES, TRIANGLES - 2)


@pytest.mark.parametrize("spoil", [
    lambda document: document.update(appearance=[1]),
    lambda document: document["appearance"].update(textures=[None]),
    lambda document: document["appearance"].update({"vertices-texture": [[0.1]]}),
    lambda document: document["appearance"]["vertices-texture"][0].__setitem__(0, "here"),
    lambda document: document["CityObjects"]["house"]["geometry"].append(None),
    lambda document: document["CityObjects"]["house"]["geometry"][0].update(texture={"photo": {"values": [[7, [[[99]]]]]}}),
], ids=["appearance", "textures", "places", "words", "geometry", "values"])  # fmt: skip
def test_a_look_of_cityjson_that_makes_no_sense_leaves_the_model_as_it_is(city, tmp_path, spoil):
    file = draped("cityjson", tmp_path, HOUSE)
    document = json.loads(file.read_text())
    spoil(document)
    file.write_text(json.dumps(document))
    told = brought(city, file)
    assert (told.objects, told.triangles) == (1, 0)


def test_of_an_object_only_the_level_that_was_photographed_is_drawn(city, tmp_path):
    file = draped("citygml2", tmp_path, HOUSE)
    block = citygml2(HOUSE).partition("<bldg:lod2Solid>")[2].partition("</bldg:lod2Solid>")[0]
    assert block
    coarse = "".join(
        f'<bldg:lod1MultiSurface><gml:MultiSurface><gml:surfaceMember><gml:Polygon gml:id="c{n}"><gml:exterior><gml:LinearRing>'
        f"<gml:posList>{EAST} {NORTH} {n} {EAST + 9} {NORTH} {n} {EAST + 9} {NORTH + 9} {n} {EAST} {NORTH} {n}</gml:posList>"
        "</gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember></gml:MultiSurface></bldg:lod1MultiSurface>"
        for n in (3, 9)
    )
    file.write_text(file.read_text().replace("<bldg:lod2Solid>", f"{coarse}<bldg:lod2Solid>"))
    assert brought(city, file).triangles == TRIANGLES


def test_a_model_that_comes_again_without_photographs_takes_them_away(city, tmp_path):
    file = draped("citygml2", tmp_path, HOUSE)
    brought(city, file)
    build_mesh(city)
    file.write_text(citygml2(HOUSE))
    assert brought(city, file).triangles == 0
    assert build_mesh(city) is None
    assert not folder_of(city, "mesh").exists()


def test_where_there_is_a_reality_mesh_it_is_drawn_instead(city, tmp_path):
    brought(city, draped("citygml2", tmp_path / "models", HOUSE))
    metadata(tmp_path / "mesh", EAST, NORTH)
    tile(tmp_path / "mesh", "hill")
    brought(city, tmp_path / "mesh")
    assert (build_mesh(city).pieces, build_mesh(city).triangles) == (1, 800)
    assert json.loads((folder_of(city, "mesh") / "tileset.json").read_text())["extras"] == {"ofModels": False}


def test_the_photographs_of_a_plan_stay_out(city, tmp_path):
    brought(city, draped("citygml2", tmp_path / "today", HOUSE))
    file = draped("citygml2", tmp_path / "plan", FAR)
    (told,) = bring_in(city, file, branch="far")
    assert (told.objects, told.triangles) == (1, 0)
    assert build_mesh(city).triangles == TRIANGLES


@pytest.mark.parametrize("first", [0.0, -2.0, 5.0])
def test_a_photograph_that_is_laid_side_by_side_is_so_from_far_away_too(tmp_path, first):
    quarters(tmp_path / "wall.png")
    across, up = 3, 2
    corners = np.array([[0, 0, 0], [across, 0, 0], [across, 0, up], [0, 0, up]], dtype=float)
    uv = (corners[:, [0, 2]] + first).astype(np.float32)
    photograph = (tmp_path / "wall.png").read_bytes()
    far, _ = coarser([Draped(corners, uv, np.array([[0, 1, 2], [0, 2, 3]], np.int32), photograph)])
    picture = np.asarray(Image.open(io.BytesIO(far.photograph))).astype(int)
    (left, bottom), (right, top) = far.uv.min(axis=0), far.uv.max(axis=0)
    for x in np.arange(0.25, across, 0.5):
        for z in np.arange(0.25, up, 0.5):
            column = int((left + (right - left) * x / across) * len(picture))
            row = int((1 - (bottom + (top - bottom) * z / up)) * len(picture))
            wanted = QUARTERS[int(x % 1 > 0.5), int(z % 1 > 0.5)]
            assert np.abs(picture[row, column] - wanted).max() < 60, (x, z)


def test_of_a_photograph_that_is_laid_a_hundred_times_all_of_the_wall_has_a_place(tmp_path):
    quarters(tmp_path / "wall.png")
    corners = np.array([[0, 0, 0], [100, 0, 0], [100, 0, 3], [0, 0, 3], [50, 0, 1.5]], dtype=float)
    faces = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]], np.int32)
    uv = corners[:, [0, 2]].astype(np.float32)
    far, _ = coarser([Draped(corners, uv, faces, (tmp_path / "wall.png").read_bytes())])
    across = {round(float(x)): float(u) for (x, _, _), (u, _) in zip(far.points, far.uv, strict=True)}
    assert across[0] < 0.01
    assert across[50] == pytest.approx(0.5, abs=0.02)
    assert across[100] > 0.99
