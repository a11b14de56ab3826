"""3D Tiles of others: batched and instanced models, those put together, and instances of glTF."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parts.tiles1 import BOX, b3dm, box_glb, cmpt, i3dm, instanced_gltf, oct32p, pnts, tileset
from toimiva.engines.citymodels.api import Unreadable, degrees, earth, read, sources
from toimiva.engines.citymodels.tile_formats import held_in

AT = np.array([1000.0, 2000.0, 3000.0])


def extents(found) -> list[list[float]]:
    """Lowest and highest corner of an object."""
    points = np.reshape([value for polygon in found.polygons for value in polygon.rings[0]], (-1, 3))
    return [points.min(axis=0).round(3).tolist(), points.max(axis=0).round(3).tolist()]


def objects_in(folder: Path, **files: bytes):
    """The objects of a tileset with these contents."""
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    (folder / "tileset.json").write_text(tileset(*(name.replace("_", ".") for name in files)))
    (source,) = sources(folder)
    return list(read(source))


def test_a_batched_model_stands_at_its_centre(tmp_path):
    (plain,) = objects_in(tmp_path, a_b3dm=b3dm(box_glb()))
    assert extents(plain) == [[0, 0, 0], BOX.tolist()]
    (moved,) = objects_in(tmp_path, a_b3dm=b3dm(box_glb(), RTC_CENTER=AT.tolist()))
    assert extents(moved) == [AT.tolist(), (AT + BOX).tolist()]


def test_instances_stand_turned_and_as_large_as_they_are_told(tmp_path):
    columns = {
        "POSITION": np.array([[0, 0, 0], [100, 0, 0]], "<f4"),
        "NORMAL_RIGHT": np.array([[1, 0, 0], [0, 1, 0]], "<f4"),  # where x leads: the second is turned by a quarter
        "NORMAL_UP": np.array([[0, 1, 0], [-1, 0, 0]], "<f4"),  # where y leads
        "SCALE": np.array([1, 2], "<f4"),
    }
    (found,) = objects_in(tmp_path, a_i3dm=i3dm(box_glb(), 2, columns, RTC_CENTER=AT.tolist()))
    east, north, up = BOX
    wanted = [[0, 0, 0], [100, 2 * east, 2 * up]]
    assert extents(found) == [(AT + wanted[0]).tolist(), (AT + wanted[1]).tolist()]
    assert len(found.polygons) == 24
    assert extents(type(found)("", "", polygons=found.polygons[12:]))[0][0] == 1000 + 100 - 2 * north


def test_squeezed_instances_stand_where_the_others_do(tmp_path):
    right, up = np.array([[0.6, 0.8, 0.0]]), np.array([[-0.8, 0.6, 0.0]])
    plain = {
        "POSITION": np.array([[10, 20, 30]], "<f4"),
        "NORMAL_RIGHT": right.astype("<f4"),
        "NORMAL_UP": up.astype("<f4"),
    }
    squeezed = {
        "POSITION_QUANTIZED": np.round(np.array([[10, 20, 30]]) / 100 * 65535).astype("<u2"),
        "NORMAL_RIGHT_OCT32P": oct32p(right), "NORMAL_UP_OCT32P": oct32p(up),
        "SCALE_NON_UNIFORM": np.ones((1, 3), "<f4"),
    }  # fmt: skip
    volume = {"QUANTIZED_VOLUME_OFFSET": [0, 0, 0], "QUANTIZED_VOLUME_SCALE": [100, 100, 100]}
    (one,) = objects_in(tmp_path, a_i3dm=i3dm(box_glb(), 1, plain))
    (other,) = objects_in(tmp_path, a_i3dm=i3dm(box_glb(), 1, squeezed, **volume))
    assert np.allclose(extents(one), extents(other), atol=0.01)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda v: np.linalg.norm(v) > 0.1))
def test_any_direction_comes_back_out_of_its_square(vector):
    unit = np.array([vector]) / np.linalg.norm(vector)
    across = np.cross(unit, [[0.36, 0.48, 0.8]])
    columns = {"POSITION": np.zeros((1, 3), "<f4"), "NORMAL_RIGHT_OCT32P": oct32p(unit)}
    if np.linalg.norm(across) < 0.1:
        return
    columns["NORMAL_UP_OCT32P"] = oct32p(across / np.linalg.norm(across))
    (held,) = held_in(i3dm(b"", 1, columns), "a.i3dm")
    assert np.allclose(held.places[0, :3, 0], unit[0], atol=1e-3)


def test_instances_of_the_earth_stand_upright(tmp_path):
    place = earth(24.95, 60.17, 20.0)
    columns = {"POSITION": np.zeros((1, 3), "<f4")}
    (found,) = objects_in(tmp_path, a_i3dm=i3dm(box_glb(), 1, columns, EAST_NORTH_UP=True, RTC_CENTER=place.tolist()))
    points = np.reshape([value for polygon in found.polygons for value in polygon.rings[0]], (-1, 3))
    lon, lat = (np.array(one) for one in zip(*(degrees(4979, *turned) for turned in _lon_lat(points)), strict=True))
    assert (lon.max() - lon.min()) * 55_500 == pytest.approx(BOX[0], rel=0.01)
    assert (lat.max() - lat.min()) * 111_400 == pytest.approx(BOX[1], rel=0.01)
    low, high = (earth(24.95, 60.17, height) for height in (20.0, 24.0))
    upwards = (high - low) / 4
    heights = (points - low) @ upwards
    assert [heights.min(), heights.max()] == pytest.approx([0, BOX[2]], abs=0.001)


def _lon_lat(points):
    from pyproj import Transformer

    lon, lat, _ = Transformer.from_crs(4978, 4979, always_xy=True).transform(*points.T)
    return np.column_stack([lon, lat])


def test_what_is_put_together_is_taken_apart_and_points_have_no_faces(tmp_path):
    columns = {"POSITION": np.array([[50, 0, 0]], "<f4")}
    whole = cmpt(b3dm(box_glb()), pnts(), cmpt(i3dm(box_glb(), 1, columns)))
    found = objects_in(tmp_path, a_cmpt=whole)
    assert [(one.id, extents(one)[0][0]) for one in found] == [("a.cmpt", 0), ("a.cmpt/1", 50)]


def test_a_tileset_of_points_alone_says_that_it_has_no_faces(tmp_path):
    with pytest.raises(Unreadable, match="has no triangles"):
        objects_in(tmp_path, a_pnts=pnts())


def test_an_instanced_model_may_lie_beside_its_tile(tmp_path):
    (tmp_path / "tree.glb").write_bytes(box_glb())
    columns = {"POSITION": np.array([[5, 0, 0]], "<f4")}
    (found,) = objects_in(tmp_path, a_i3dm=i3dm(b"", 1, columns, linked="tree.glb"))
    assert extents(found)[0] == [5, 0, 0]


@pytest.mark.parametrize("content, words", [
    (b"b3dm", "no tile of 3D Tiles"),
    (b"glTF" + b"\0" * 40, "no tile of 3D Tiles"),
    (b3dm(b"")[:20] + struct.pack("<2I", 0, 0), "cannot be read"),
    (i3dm(b"", 10**9, {}), "instances"),
    (i3dm(b"", 3, {"POSITION": np.zeros((1, 3), "<f4")}), "features"),
    (i3dm(b"", 1, {}), "features"),
    (i3dm(b"", 1, {"POSITION": np.zeros((1, 3), "<f4")}, linked="../../secret.glb"), "not beside it"),
    (struct.pack("<4s3I", b"cmpt", 1, 16, 10**6), "cut off"),
    (cmpt(struct.pack("<4s2I", b"b3dm", 1, 0)), "damaged"),
])  # fmt: skip
def test_a_tile_that_somebody_made_wrong_is_told(tmp_path, content, words):
    (tmp_path / "a.i3dm").write_bytes(content)
    (tmp_path / "tileset.json").write_text(tileset("a.i3dm"))
    with pytest.raises(Unreadable) as error:
        [list(read(source)) for source in sources(tmp_path)]
    assert words in str(error.value)


@pytest.mark.parametrize("binary", [True, False])
def test_instances_of_gltf_are_each_there(tmp_path, binary):
    content = instanced_gltf([[0, 0, 0], [10, 5, -20]], [[1, 1, 1], [2, 2, 2]], binary=binary)
    name = "a.glb" if binary else "a.gltf"
    (tmp_path / name).write_bytes(content)
    (tmp_path / "tileset.json").write_text(tileset(name))
    (source,) = sources(tmp_path)
    (found,) = read(source)
    assert len(found.polygons) == 24
    assert extents(found) == [[0, 0, 0], [10 + 2 * BOX[0], 20 + 2 * BOX[1], 5 + 2 * BOX[2]]]


@pytest.mark.parametrize("spoil", [
    lambda document: document["accessors"][-1].update(count=10**9),
    lambda document: document["accessors"][-1].update(bufferView=99),
    lambda document: document["buffers"][0].update(uri="../../secret.bin"),
    lambda document: document["accessors"][-1].update(componentType=1),
])  # fmt: skip
def test_instances_that_cannot_be_read_are_told(tmp_path, spoil):
    document = json.loads(instanced_gltf([[0, 0, 0]], [[1, 1, 1]], binary=False))
    spoil(document)
    (tmp_path / "a.gltf").write_text(json.dumps(document))
    (tmp_path / "tileset.json").write_text(tileset("a.gltf"))
    (source,) = sources(tmp_path)
    with pytest.raises(Unreadable, match="cannot be read as a mesh"):
        list(read(source))


def test_parts_of_a_tileset_are_no_models_of_their_own_unless_they_are_named(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.gltf").write_bytes(instanced_gltf([[0, 0, 0]], [[1, 1, 1]], binary=False))
    (inner / "tileset.json").write_text(tileset("a.gltf"))
    (tmp_path / "schema.json").write_text('{"id": "MetadataSchema"}')
    (tmp_path / "tileset.json").write_text(tileset("inner/tileset.json"))
    assert [source.name for source in sources(tmp_path)] == ["tileset.json"]
    assert [source.kind for source in sources(inner / "tileset.json")] == ["tileset"]
    with pytest.raises(Unreadable, match="no CityJSON"):
        [list(read(source)) for source in sources(tmp_path / "schema.json")]
