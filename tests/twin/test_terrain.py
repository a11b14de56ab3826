"""Terrain as cities publish it: rasters and point clouds as heights ten metres apart, and the ground drawn from them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import laspy
import numpy as np
import pytest
import rasterio
from pyproj import CRS

from tests.parts.models3d import EAST, NORTH, House
from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.tiling import build_tiles
from toimiva.engines.citymodels.api import Unreadable, read_terrain


def slope(x, y):
    """A plane that rises a metre in a hundred to the north."""
    return 5 + (y - NORTH) / 100 + 0 * x


def raster(path: Path, driver: str = "GTiff", crs: str | None = "EPSG:3879", size: int = 100) -> Path:
    """Cells of 2 metres from 100 metres south-west of the house; one corner is without data."""
    move = rasterio.transform.from_origin(EAST - 100, NORTH - 100 + 2 * size, 2, 2)
    columns, rows = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    heights = slope(*(move * (columns, rows))).astype("float32")
    heights[:10, :10] = -9999
    told = {
        "driver": driver,
        "width": size,
        "height": size,
        "count": 1,
        "dtype": "float32",
        "nodata": -9999,
        "transform": move,
    }
    with rasterio.open(path, "w", **told, **({"crs": crs} if crs else {})) as out:
        out.write(heights, 1)
    return path


def cloud(path: Path, classified: bool, crs: str = "EPSG:3879") -> Path:
    """Ten thousand points of a slope, with a tree of two hundred over it."""
    random = np.random.default_rng(1)
    x, y = EAST + random.uniform(0, 100, 10_200), NORTH + random.uniform(0, 100, 10_200)
    z = slope(x, y)
    z[10_000:] += 12
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = [0.001] * 3, [EAST, NORTH, 0]
    header.add_crs(CRS(crs))
    points = laspy.LasData(header)
    points.x, points.y, points.z = x, y, z
    points.classification = np.where(np.arange(10_200) < 10_000, 2 if classified else 0, 5 if classified else 0).astype(
        np.uint8
    )
    points.write(str(path))
    return path


@pytest.mark.parametrize("name, driver", [("a.tif", "GTiff"), ("a.asc", "AAIGrid")])
def test_a_raster_becomes_heights_ten_metres_apart(tmp_path, name, driver):
    found = read_terrain(raster(tmp_path / name, driver), "terrain", name)
    assert found.srs == "EPSG:3879" or driver == "AAIGrid"
    assert np.abs(found.points[:, 2] - slope(found.points[:, 0], found.points[:, 1])).max() < 0.06
    assert len(found.points) == 20 * 20 - 4, "the corner without data has no heights"


@pytest.mark.parametrize("name, classified", [("a.las", True), ("a.laz", True), ("b.laz", False)])
def test_a_cloud_gives_its_ground(tmp_path, name, classified):
    found = read_terrain(cloud(tmp_path / name, classified), "points", name)
    assert found.srs == "EPSG:3879"
    away = found.points[:, 2] - slope(found.points[:, 0], found.points[:, 1])
    assert np.abs(away).max() < 0.2, "trees are not ground; of a cloud without classes the lowest points are"


def test_a_system_with_heights_is_known_by_that_of_its_places(tmp_path):
    together = "EPSG:3879+3900"  # ETRS-GK25FIN and N2000, which have no code together
    assert read_terrain(raster(tmp_path / "a.tif", crs=together), "terrain", "a.tif").srs == "EPSG:3879"
    assert read_terrain(cloud(tmp_path / "a.laz", True, together), "points", "a.laz").srs == "EPSG:3879"


def test_a_raster_without_a_place_is_refused_and_a_world_file_gives_it_one(tmp_path):
    raster(tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as placed:
        heights, move = placed.read(1), placed.transform
    bare = {"driver": "GTiff", "width": 100, "height": 100, "count": 1, "dtype": "float32", "nodata": -9999}
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning), rasterio.open(tmp_path / "b.tif", "w", **bare) as out:
        out.write(heights, 1)
    with pytest.raises(Unreadable, match=r"does not say where it lies.*tfw"):
        read_terrain(tmp_path / "b.tif", "terrain", "b.tif")
    world = (move.a, move.d, move.b, move.e, move.c + move.a / 2, move.f + move.e / 2)
    (tmp_path / "b.tfw").write_text("\n".join(map(str, world)))
    assert len(read_terrain(tmp_path / "b.tif", "terrain", "b.tif").points) == 396


@pytest.mark.parametrize("name, kind", [("a.tif", "terrain"), ("a.laz", "points")])
def test_what_is_no_terrain_says_so(tmp_path, name, kind):
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(Unreadable, match="cannot be read as terrain"):
        read_terrain(tmp_path / name, kind, name)


def test_a_cloud_over_which_its_reader_falls_is_refused_and_the_others_are_kept(city, tmp_path):
    (tmp_path / "clouds").mkdir()
    content = bytearray(cloud(tmp_path / "clouds" / "a.laz", True).read_bytes())
    raster(tmp_path / "clouds" / "b.tif")
    begins = int.from_bytes(content[96:100], "little")
    table = int.from_bytes(content[begins : begins + 8], "little")
    content[table + 4 : table + 8] = b"\xff" * 4  # four thousand million chunks, for which there is no memory
    (tmp_path / "clouds" / "a.laz").write_bytes(content)
    broken, whole = bring_in(city, tmp_path / "clouds")
    assert (broken.error, whole.error) == ("a.laz cannot be read as terrain.", "")
    assert whole.kinds == {"heights": 396}


def test_what_is_said_of_a_file_is_the_same_from_another_process():
    error = pickle.loads(pickle.dumps(Unreadable("what", why="why", mend="mend", line=7)))
    assert (error.what, error.why, error.mend, error.line, str(error)) == ("what", "why", "mend", 7, "what why mend")


def test_the_ground_is_drawn_from_terrain_where_there_is_some(city, brings, tmp_path):
    brings(House())
    folder = Path(build_tiles(city).folder)
    between_feet = (folder / "ground.glb").read_bytes()
    assert build_tiles(city).built == 0
    assert (folder / "ground.glb").read_bytes() == between_feet

    (tmp_path / "terrain").mkdir()
    raster(tmp_path / "terrain" / "a.tif")
    raster(tmp_path / "terrain" / "b.tif", crs=None)
    by_name = {one.source: one for one in bring_in(city, tmp_path / "terrain")}
    assert by_name["a.tif"].kinds == {"heights": 396}
    assert "--crs" in by_name["b.tif"].mend
    assert build_tiles(city).built == 0, "buildings stand as they did"
    assert (folder / "ground.glb").read_bytes() != between_feet
    assert json.loads((folder / "ground.json").read_text())["root"]["content"]["uri"] == "ground.glb"
    with keeping.opened(city) as asked:
        assert asked.execute("SELECT count(*), round(avg(z)) FROM heights").fetchone() == (396, 5.0)
