"""The city as it was photographed: from OBJ tiles with their pictures to 3D Tiles that show them where they are."""

from __future__ import annotations

import io
import json
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from tests.parts.gltf import document_of, validated
from tests.parts.models3d import EAST, NORTH, House
from tests.parts.photographed import QUARTERS, SIZE, east_north, metadata, shown, tile
from toimiva.capabilities.twin import photographs, reality
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.reality import build_mesh
from toimiva.capabilities.twin.tiling import folder_of
from toimiva.core.errors import Invalid
from toimiva.core.lake import api as lake
from toimiva.engines.citymodels.api import Unreadable, read_textured, sources
from toimiva.engines.tiles3d import simplifying
from toimiva.engines.tiles3d.api import fewer


@pytest.fixture
def tiles(tmp_path: Path) -> Path:
    """Four tiles beside each other around Kalasatama."""
    folder = tmp_path / "mesh"
    metadata(folder, EAST, NORTH)
    for x in (0, 1):
        for y in (0, 1):
            tile(folder / f"Tile_{x}_{y}", f"Tile_{x}_{y}", x * SIZE, y * SIZE)
    return folder


def looks_right(points: np.ndarray, colours: np.ndarray) -> None:
    """Every point away from the middle and the edge of its tile has its quarter's colour."""
    within = points[:, :2] % SIZE / SIZE
    inner = np.all((np.abs(within - 0.5) > 0.1) & (np.abs(within - 0.5) < 0.45), axis=1)
    wanted = np.array([QUARTERS[int(east > 0.5), int(north > 0.5)] for east, north in within])
    assert inner.sum() > 20
    assert np.abs(colours[inner].astype(int) - wanted[inner]).max() < 60


def test_every_place_has_the_colour_it_was_photographed_with(city, tiles):
    brought = bring_in(city, tiles)
    assert [(one.source, one.triangles, one.epsg, one.error) for one in brought] == [
        (f"Tile_{x}_{y}/Tile_{x}_{y}.obj", 800, 3879, "") for x in (0, 1) for y in (0, 1)
    ]
    assert build_mesh(city).tiles == 1
    (file,) = (folder_of(city, "mesh") / "content").glob("*.glb")
    parts = shown(file)
    assert len(parts) == 4
    points = np.concatenate([east_north(points) for points, _ in parts])
    assert points.min(axis=0) == pytest.approx([0, 0, 17.6], abs=0.02)
    assert points.max(axis=0) == pytest.approx([200, 200, 37.6], abs=0.02)
    for place, colours in parts:
        looks_right(east_north(place), colours)


def test_from_far_away_four_tiles_are_one_with_fewer_triangles(city, tiles, monkeypatch):
    monkeypatch.setattr(reality, "_TRIANGLES", 1000)
    bring_in(city, tiles)
    built = build_mesh(city)
    assert (built.tiles, built.triangles) == (5, 3200)
    root = json.loads((folder_of(city, "mesh") / "tileset.json").read_text())["root"]
    assert root["refine"] == "REPLACE"
    assert root["geometricError"] > 1
    assert [one["geometricError"] for one in root["children"]] == [0, 0, 0, 0]
    ((points, colours),) = shown(folder_of(city, "mesh") / root["content"]["uri"])
    looks_right(east_north(points), colours)


def test_a_mesh_of_many_triangles_is_made_of_few_that_lie_near_it(city, tmp_path, monkeypatch):
    monkeypatch.setattr(reality, "_TRIANGLES", 1000)
    metadata(tmp_path / "mesh", EAST, NORTH)
    for x in (0, 1):
        tile(tmp_path / "mesh", f"t{x}", x * SIZE, steps=120)
    bring_in(city, tmp_path / "mesh")
    assert build_mesh(city).tiles == 3
    root = json.loads((folder_of(city, "mesh") / "tileset.json").read_text())["root"]
    document, _ = document_of((folder_of(city, "mesh") / root["content"]["uri"]).read_bytes())
    assert document["accessors"][0]["count"] <= 3 * 8_000 < 3 * 2 * 28_800
    ((points, _),) = shown(folder_of(city, "mesh") / root["content"]["uri"])
    x, y, height = east_north(points).T
    hill = 17.6 + 20 * np.sin(np.pi * (x % SIZE) / SIZE) * np.sin(np.pi * y / SIZE)
    assert np.abs(height - hill).max() < 0.1


def cut_in_two(steps: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A wavy surface whose picture is cut in the middle: its western half is left in it, its eastern half right."""
    at = np.linspace(0, 100, steps + 1)
    halves = []
    for number, x in enumerate((at, at + 100)):
        east, north = (one.ravel() for one in np.meshgrid(x, at))
        points = np.stack([east, north, 5 * np.sin(east / 20) * np.cos(north / 15)], axis=1)
        uv = np.stack([0.4 * (east - x[0]) / 100 + 0.6 * number, north / 100], axis=1)
        cell = np.arange((steps + 1) ** 2).reshape(steps + 1, steps + 1)
        a, b, c, d = (one.ravel() for one in (cell[:-1, :-1], cell[:-1, 1:], cell[1:, 1:], cell[1:, :-1]))
        halves.append((points, uv.astype(np.float32), np.concatenate([np.c_[a, b, c], np.c_[a, c, d]])))
    (west, left, one), (east, right, other) = halves
    corners = np.concatenate([one, other + len(west)]).astype(np.int32)
    return np.concatenate([west, east]), np.concatenate([left, right]), corners


def test_where_a_picture_is_cut_the_surface_stays_whole_and_no_triangle_has_two_patches():
    points, uv, corners = fewer(*cut_in_two(), 1500)
    assert 1400 <= len(corners) <= 1500
    across = uv[corners][:, :, 0]
    assert np.all((across.max(axis=1) < 0.45) | (across.min(axis=1) > 0.55))
    shown = np.where(across < 0.5, across / 0.4, (across - 0.6) / 0.4 + 1) * 100
    off = np.abs(shown - points[corners][:, :, 0])
    assert off.mean() < 0.6, "each place shows what was photographed there"
    assert off.max() < 10, "or nearly: a triangle over the cut is stretched"
    _, place = np.unique(np.round(points, 4), axis=0, return_inverse=True)
    sides = np.sort(np.concatenate([place[corners][:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))]), axis=1)
    edges, count = np.unique(sides, axis=0, return_counts=True)
    spots = np.zeros((place.max() + 1, 3))
    spots[place.reshape(-1)] = points
    alone = spots[edges[count == 1]]
    inside = (np.abs(alone[:, :, :2] - [100, 50]) < [99, 49]).all(axis=(1, 2))
    assert len(alone) > 30
    assert not inside.any(), "no gap but at the outer edge"


def test_only_what_changed_is_built_again_and_what_went_is_taken_away(city, tiles, monkeypatch):
    monkeypatch.setattr(reality, "_TRIANGLES", 1000)
    bring_in(city, tiles)
    build_mesh(city)
    bring_in(city, tiles)
    same = build_mesh(city)
    assert (same.built, same.removed) == (0, 0), "the same files give the same tiles"
    tile(tiles / "Tile_1_1", "Tile_1_1", SIZE, SIZE, lift=3)
    bring_in(city, tiles)
    again = build_mesh(city)
    assert (again.tiles, again.built, again.removed) == (5, 2, 2), "the tile that was lifted, and the one above it"


def test_a_build_that_was_stopped_goes_on_where_it_was(city, tiles, monkeypatch):
    monkeypatch.setattr(reality, "_TRIANGLES", 1000)
    bring_in(city, tiles)
    whole = photographs.build_tile

    def stops(job):
        if job.below:
            raise KeyboardInterrupt
        return whole(job)

    monkeypatch.setattr(reality, "build_tile", stops)
    with pytest.raises(KeyboardInterrupt):
        build_mesh(city)
    monkeypatch.setattr(reality, "build_tile", whole)
    assert build_mesh(city).built == 1


def test_the_official_validator_finds_nothing(city, tiles, monkeypatch):
    monkeypatch.setattr(reality, "_TRIANGLES", 1000)
    bring_in(city, tiles)
    build_mesh(city)
    files = sorted((folder_of(city, "mesh") / "content").glob("*.glb"))
    told = validated(files)
    assert [(one["numErrors"], one["numWarnings"]) for one in told] == [(0, 0)] * 5
    assert {message["code"] for one in told for message in one["messages"]} <= {
        "UNSUPPORTED_EXTENSION",
        "UNUSED_OBJECT",
    }


def test_tiles_of_another_city_s_twin_are_read_with_their_photographs(city, tiles, monkeypatch):
    monkeypatch.setattr(reality, "_TRIANGLES", 1000)
    bring_in(city, tiles)
    build_mesh(city)
    (source,) = sources(folder_of(city, "mesh") / "tileset.json")
    read = list(read_textured(source))
    assert sum(len(one.corners) for one in read) == 3200, "the finest tiles, and not those that they replace"
    points = np.concatenate([east_north(one.points) for one in read])
    assert points.max(axis=0) == pytest.approx([200, 200, 37.6], abs=0.05)
    for one in read:
        picture = np.asarray(Image.open(io.BytesIO(one.photograph)))
        side = len(picture)
        row, column = ((1 - one.uv[:, 1]) * side).astype(int), (one.uv[:, 0] * side).astype(int)
        colours = picture[row.clip(0, side - 1), column.clip(0, side - 1)]
        looks_right(east_north(one.points), colours)


def test_without_what_simplifies_meshes_it_says_what_to_do(city, tmp_path, monkeypatch):
    monkeypatch.setattr(simplifying, "_SCRIPT", tmp_path / "simplify.mjs")
    metadata(tmp_path / "mesh", EAST, NORTH)
    tile(tmp_path / "mesh", "fine", steps=80)
    bring_in(city, tmp_path / "mesh")
    with pytest.raises(Invalid, match="cannot be simplified") as told:
        build_mesh(city)
    assert "make setup" in told.value.mend


def test_a_mesh_without_its_photographs_is_refused_and_leaves_what_was_there(city, tiles):
    bring_in(city, tiles)
    (tiles / "Tile_0_0" / "Tile_0_0.png").unlink()
    told = {one.source: one for one in bring_in(city, tiles)}
    assert "has no photograph that can be read" in told["Tile_0_0/Tile_0_0.obj"].error
    assert told["Tile_1_1/Tile_1_1.obj"].error == ""
    kept = pl.read_parquet(lake.files(city.id, "twin.mesh"), columns=["source"])
    assert sorted(kept["source"]) == [f"Tile_{x}_{y}/Tile_{x}_{y}.obj" for x in (0, 1) for y in (0, 1)]


def test_the_page_says_whom_the_photographs_are_by_and_where_their_tiles_are(city, tiles, client):
    bring_in(city, tiles)
    build_mesh(city)
    page = client.get("/twin/helsinki/").content.decode()
    assert "Helsinki 3D mesh, City of Helsinki (CC BY 4.0)" in page
    assert page.count("/twin/helsinki/tiles/mesh/tileset.json") == 2, "for the picture, and for who follows the link"
    folder = "/twin/helsinki/tiles/mesh"
    tileset = json.loads(b"".join(client.get(f"{folder}/tileset.json").streaming_content))
    tile = f"{folder}/{tileset['root']['content']['uri']}"
    assert client.get(tile).status_code == 200
    assert client.get(tile.replace(".glb", ".npz")).status_code == 404
    assert client.get(f"{folder}/state.json").status_code == 404


def test_an_archive_of_tiles_is_to_be_unpacked_first(city, tiles, tmp_path):
    shutil.make_archive(str(tmp_path / "packed"), "zip", tiles)
    told = bring_in(city, tmp_path / "packed.zip")
    refused = told[-1]
    assert refused.error == "packed.zip has more in it than is read."
    assert refused.mend == "Unpack it first."


def test_a_photograph_that_is_cut_off_is_told(city, tiles):
    picture = tiles / "Tile_0_0" / "Tile_0_0.png"
    picture.write_bytes(picture.read_bytes()[:200])
    told = bring_in(city, tiles / "Tile_0_0")
    assert told[0].error
    assert told[0].mend


def bomb(path: Path) -> None:
    """A picture of 1.6 thousand million pixels in a few kilobytes."""
    chunks = [
        (b"IHDR", struct.pack(">2I5B", 40_000, 40_000, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(2**20))),
        (b"IEND", b""),
    ]
    told = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(told))


def no_picture(folder: Path) -> None:
    (folder / "Tile_0_0.png").write_bytes(b"GIF89a nothing")


def points_that_are_not_there(folder: Path) -> None:
    file = folder / "Tile_0_0.obj"
    file.write_text(file.read_text() + "\nf 1/1 2/2 99999/99999\n")


def places_that_are_not_finite(folder: Path) -> None:
    file = folder / "Tile_0_0.obj"
    file.write_text(file.read_text().replace("v 5.0000 ", "v nan ", 1))


def no_triangles(folder: Path) -> None:
    file = folder / "Tile_0_0.obj"
    file.write_text("\n".join(line for line in file.read_text().split("\n") if not line.startswith("f ")))


@pytest.mark.parametrize("spoil", [
    lambda folder: bomb(folder / "Tile_0_0.png"), no_picture, points_that_are_not_there, places_that_are_not_finite, no_triangles,
], ids=["bomb", "no picture", "no such points", "not finite", "no triangles"])  # fmt: skip
def test_a_hostile_mesh_is_refused_in_words_and_the_others_are_kept(city, tiles, spoil):
    spoil(tiles / "Tile_0_0")
    told = {one.source: one for one in bring_in(city, tiles)}
    assert "Tile_0_0" in told["Tile_0_0/Tile_0_0.obj"].error
    assert [one.error for name, one in told.items() if "Tile_0_0" not in name] == ["", "", ""]
    assert build_mesh(city).pieces == 3


def test_a_tileset_whose_tiles_are_moved_by_nonsense_is_refused(city, tiles):
    bring_in(city, tiles)
    build_mesh(city)
    tileset = folder_of(city, "mesh") / "tileset.json"
    document = json.loads(tileset.read_text())
    document["root"]["transform"] = [1, 2, 3]
    tileset.write_text(json.dumps(document))
    (told,) = bring_in(city, tileset)
    assert "tileset.json cannot be read" in told.error


def test_photographs_are_not_looked_for_outside_the_mesh_s_folder(city, tiles):
    (tiles / "Tile_0_0" / "Tile_0_0.mtl").write_text("newmtl picture\nmap_Kd ../Tile_1_1/Tile_1_1.png\n")
    (source,) = sources(tiles / "Tile_0_0")
    with pytest.raises(Unreadable, match="no photograph"):
        list(read_textured(source))


@pytest.mark.parametrize("told", [
    "<ModelMetadata><SRS>EPSG:3879</SRS><SRSOrigin>here</SRSOrigin></ModelMetadata>",
    '<?xml version="1.0" encoding="utf-88"?><ModelMetadata/>',
    "<ModelMetadata>",
], ids=["words", "encoding", "cut off"])  # fmt: skip
def test_an_origin_that_cannot_be_read_says_what_it_should_state(city, tiles, told):
    (tiles / "metadata.xml").write_text(told)
    told = bring_in(city, tiles)
    assert {one.error for one in told} == {"metadata.xml beside the mesh cannot be read."}
    assert "SRSOrigin" in told[0].mend


def test_a_mesh_of_a_plan_is_an_object_to_be_compared(city, brings, tiles):
    brings(House())
    told = bring_in(city, tiles / "Tile_0_0", branch="hill")
    assert (told[0].objects, told[0].triangles) == (1, 0)
    assert build_mesh(city) is None
