"""Looks beside photographs on single faces: aerial photographs by the map, colours, and what lies in archives."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from tests.parts.draped import brought, draped, drawn
from tests.parts.models3d import EAST, NORTH, House, citygml2
from tests.parts.photographed import QUARTERS, quarters
from toimiva.capabilities.twin.reality import build_mesh
from toimiva.engines.citymodels.api import draped_faces, sources

HOUSE = House("house")
SIDE = 256  # pixels of a photograph of 20 by 20 metres around the house
SPACE = 'xmlns:app="http://www.opengis.net/citygml/appearance/2.0"'
PIXEL = 20 / SIDE
WORLD = (PIXEL, 0, 0, -PIXEL, EAST - 5 + PIXEL / 2, NORTH + 12 - PIXEL / 2)
POINT = (
    f"<app:orientation>{PIXEL} 0 0 {-PIXEL}</app:orientation><app:referencePoint><gml:Point>"
    f"<gml:pos>{WORLD[4]} {WORLD[5]}</gml:pos></gml:Point></app:referencePoint>"
)


def with_looks(folder: Path, looks: str, *houses: House) -> Path:
    """A model of CityGML 2 with these surface data, in a folder."""
    data = f"<app:Appearance>{looks}</app:Appearance>"
    file = folder / "houses.gml"
    file.write_text(citygml2(*houses, extra=f"<app:appearanceMember {SPACE}>{data}</app:appearanceMember>"))
    return file


def aerial(said: str = "", *, faces: str = "567") -> str:
    """An aerial photograph on faces of the house: 5 and 6 are its roof, 0 its ground."""
    targets = "".join(f"<app:target>#house_{number}</app:target>" for number in faces)
    inner = f"<app:imageURI>air.png</app:imageURI>{said}{targets}"
    return (
        f"<app:surfaceDataMember><app:GeoreferencedTexture>{inner}</app:GeoreferencedTexture></app:surfaceDataMember>"
    )


def material(colour: str, *targets: str, front: str = "true") -> str:
    named = "".join(f"<app:target>#{target}</app:target>" for target in targets)
    inner = f"<app:isFront>{front}</app:isFront><app:diffuseColor>{colour}</app:diffuseColor>{named}"
    return f"<app:surfaceDataMember><app:X3DMaterial>{inner}</app:X3DMaterial></app:surfaceDataMember>"


def worlds(folder: Path, name: str, numbers: tuple[float, ...] = WORLD) -> None:
    (folder / name).write_text("\n".join(map(str, numbers)))


def geotiff(folder: Path) -> None:
    """The photograph as a GeoTIFF, under the name that the model has for it."""
    with Image.open(folder / "air.png") as picture:
        bands = np.moveaxis(np.asarray(picture.convert("RGB")), -1, 0)
    move = rasterio.transform.from_origin(EAST - 5, NORTH + 12, PIXEL, PIXEL)
    told = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8", "transform": move}
    with rasterio.open(folder / "air.tif", "w", **told) as out:
        out.write(bands)
    (folder / "air.tif").rename(folder / "air.png")


@pytest.mark.parametrize("said, beside", [
    ("", lambda folder: worlds(folder, "air.pgw")),
    ("", lambda folder: worlds(folder, "air.wld")),
    ("", geotiff),
    (POINT, lambda folder: None),
    (POINT.replace(str(EAST)[:4], "9999"), lambda folder: worlds(folder, "air.pgw")),
    (f"<app:preferWorldFile>false</app:preferWorldFile>{POINT}", lambda folder: worlds(folder, "air.pgw", (1, 0, 0, 1, 0, 0))),
], ids=["world file", "wld", "GeoTIFF", "point", "world file before point", "point before world file"])  # fmt: skip
def test_an_aerial_photograph_lies_on_the_roof_as_the_map_has_it(city, tmp_path, said, beside):
    quarters(tmp_path / "air.png", SIDE)
    beside(tmp_path)
    brought(city, with_looks(tmp_path, aerial(said), HOUSE))
    assert build_mesh(city) is not None
    ((points, colours),) = (part for part in drawn(city) if len(part[0]) == 6)
    assert points[:, 2].min() > 20, "the roof, whose corners are shared"
    places = (points[:, :2] + [5, 8]) / 20
    wanted = np.array([QUARTERS[int(u > 0.5), int(v > 0.5)] for u, v in places])
    assert np.abs(colours - wanted).max() < 60


@pytest.mark.parametrize("said", [
    "", "<app:orientation>1 0 0</app:orientation>", POINT.replace(str(PIXEL), "here"), POINT.replace(str(PIXEL), "0"),
    POINT.replace("<gml:pos>", "<gml:pos>x "), POINT.replace(str(EAST)[:4], "9999"),
], ids=["nothing", "no point", "words", "no size", "no place", "somewhere else"])  # fmt: skip
def test_an_aerial_photograph_that_lies_nowhere_or_elsewhere_is_not_drawn(city, tmp_path, said):
    quarters(tmp_path / "air.png", SIDE)
    told = brought(city, with_looks(tmp_path, aerial(said), HOUSE))
    assert (told.objects, told.triangles, build_mesh(city)) == (1, 0, None)


@pytest.mark.parametrize("content", [None, b"GIF89a nothing"], ids=["none", "no picture"])
def test_an_aerial_photograph_that_is_not_there_is_named(city, tmp_path, content):
    if content:
        (tmp_path / "air.png").write_bytes(content)
    told = brought(city, with_looks(tmp_path, aerial(POINT), HOUSE))
    assert (told.objects, told.triangles, told.lost) == (1, 0, ["air.png"])


def test_a_photographed_face_that_lies_far_from_the_others_is_not_drawn(city, tmp_path):
    street = [House(f"house-{number}", EAST + 20 * number) for number in range(3)]
    told = brought(city, draped("citygml2", tmp_path, House("nowhere", 9e11), House("far", EAST + 400_000), *street))
    assert told.triangles == 3 * 16
    assert build_mesh(city).triangles == 3 * 16
    assert max(np.abs(points[:, :2]).max() for points, _ in drawn(city)) < 60


def test_a_face_without_a_photograph_has_the_colour_that_the_file_gives_it(city, tmp_path):
    file = draped("citygml2", tmp_path, HOUSE)
    looks = (
        material("0 0 1", "house_0", front="false"), material("0.2 0.4 0.6", "house_s0"), material("1 0 0", "house_0", "house_1"),
    )  # fmt: skip
    file.write_text(file.read_text().replace("</app:Appearance>", f"{''.join(looks)}</app:Appearance>"))
    faces = {face.kind: face for (source,) in [sources(file)] for face in draped_faces(source)}
    assert (faces["GroundSurface"].picture, faces["GroundSurface"].colour) == ("", "#ff0000"), (
        "its own, not its surface's"
    )
    assert (faces["WallSurface"].picture, faces["WallSurface"].colour) == ("house.png", "")
    brought(city, file)
    build_mesh(city)
    ground, _ = sorted(drawn(city), key=lambda part: len(part[0]))
    assert np.abs(ground[1] - (255, 0, 0)).max() < 10


@pytest.mark.parametrize("told, colour", [
    ({"values": [[0, None, None, None, None, None, None]]}, "#336699"), ({"value": 0}, "#336699"),
    ({"value": 7}, ""), ({"value": "x"}, ""), ({}, ""),
], ids=["by face", "of all", "unknown", "words", "none"])  # fmt: skip
def test_cityjson_says_colours_by_face_or_of_all(tmp_path, told, colour):
    file = draped("cityjson", tmp_path, HOUSE)
    document = json.loads(file.read_text())
    document["appearance"]["materials"] = [{"name": "blue", "diffuseColor": [0.2, 0.4, 0.6]}]
    document["CityObjects"]["house"]["geometry"][0]["material"] = {"theme": told}
    file.write_text(json.dumps(document))
    (source,) = sources(file)
    assert {face.colour for face in draped_faces(source) if not face.picture} == {colour}


@pytest.mark.parametrize("within", ["", "district/"])
def test_photographs_are_found_beside_a_model_in_an_archive(city, tmp_path, within):
    file = draped("citygml2", tmp_path / "model", HOUSE)
    with zipfile.ZipFile(tmp_path / "district.zip", "w") as archive:
        archive.write(file, f"{within}houses.gml")
        archive.write(tmp_path / "model" / "house.png", f"{within}house.png")
    told = brought(city, tmp_path / "district.zip")
    assert (told.objects, told.triangles > 0, told.lost) == (1, True, [])


def test_a_photograph_that_is_damaged_in_an_archive_is_named_as_lost(city, tmp_path):
    file = draped("citygml2", tmp_path / "model", HOUSE)
    with zipfile.ZipFile(tmp_path / "district.zip", "w") as archive:
        archive.write(file, "houses.gml")
        archive.write(tmp_path / "model" / "house.png", "house.png")
    content = (tmp_path / "district.zip").read_bytes()
    picture = (tmp_path / "model" / "house.png").read_bytes()
    (tmp_path / "district.zip").write_bytes(content.replace(picture[50:60], b"0123456789", 1))
    told = brought(city, tmp_path / "district.zip")
    assert (told.objects, told.triangles, told.lost) == (1, 0, ["house.png"])


def test_a_bomb_among_the_photographs_of_an_archive_is_lost_and_the_model_is_kept(city, tmp_path):
    file = draped("citygml2", tmp_path / "model", HOUSE)
    with zipfile.ZipFile(tmp_path / "district.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "houses.gml")
        archive.writestr("house.png", b"\0" * 80 * 2**20)
    told = brought(city, tmp_path / "district.zip")
    assert (told.objects, told.triangles, told.lost) == (1, 0, ["house.png"])


@pytest.mark.parametrize("wanted", ["../house.png", "../district-b/house.png"])
def test_photographs_outside_the_model_s_folder_in_an_archive_are_not_looked_for(city, tmp_path, wanted):
    file = draped("citygml2", tmp_path / "model", HOUSE)
    file.write_text(file.read_text().replace("house.png", wanted))
    with zipfile.ZipFile(tmp_path / "city.zip", "w") as archive:
        archive.write(file, "district/houses.gml")
        archive.write(tmp_path / "model" / "house.png", wanted.removeprefix("../"))
    assert brought(city, tmp_path / "city.zip").lost == [wanted]
