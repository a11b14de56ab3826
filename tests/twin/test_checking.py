"""Faults of geometry, one solid for each of val3dity's codes; real faulty models; and what can be mended."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parts.models3d import House, citygml2, cityjson, numbers
from toimiva.capabilities.twin.checking import check_files
from toimiva.engines.citymodels.api import (
    OUTSIDE_SOLIDS,
    CityObject,
    Finding,
    Polygon,
    block,
    degrees,
    families,
    read,
    sources,
)  # fmt: skip
from toimiva.engines.solids.api import check_object, check_parts, faces_of, mend_object

CUBE = [
    [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)], [(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)],
    [(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)], [(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)],
    [(1, 1, 0), (0, 1, 0), (0, 1, 1), (1, 1, 1)], [(0, 1, 0), (0, 0, 0), (0, 0, 1), (0, 1, 1)],
]  # fmt: skip
FAR = np.array([25_499_000.0, 6_674_600.0, 3.0])  # where the city is: digits before the point are lost to arithmetic


def cube(size: float = 10.0, at=(0.0, 0.0, 0.0), turned: bool = False) -> list:
    faces = [[(np.array(face, dtype=float) * size + at).tolist()] for face in CUBE]
    return [[ring[::-1] for ring in face] for face in faces] if turned else faces


def solid(*shells: list, kind: str = "Solid", more: list | None = None) -> CityObject:
    """An object of one solid with these shells of faces of rings; `more` are further solids of one shell each."""
    found = CityObject("it", "Building", solids=kind)
    places = [((0, shell), faces) for shell, faces in enumerate(shells)]
    places += [((number, 0), faces) for number, faces in enumerate(more or [], 1)]
    for (number, shell), faces in places:
        for face in faces:
            rings = [(np.array(ring, dtype=float) + FAR).reshape(-1).tolist() for ring in face]
            found.polygons.append(
                Polygon(f"{number}-{shell}-{len(found.polygons)}", "", "", "2", rings, solid=number, shell=shell)
            )
    return found


def codes(found: CityObject) -> list[int]:
    return sorted({finding.code for finding in check_object(found)})


def with_face(number: int, *rings, of=None) -> list:
    faces = of or cube()
    return [*faces[:number], list(rings), *faces[number + 1 :]]


TOP = [(0, 0, 10), (10, 0, 10), (10, 10, 10), (0, 10, 10)]
HOLE = [(2, 2, 10), (2, 8, 10), (8, 8, 10), (8, 2, 10)]


# a step of 4 millimetres along a line of 2, too low to be seen as a bend
FOLDED = [(0, 0, 10), (10, 0, 10), (10, 4.999, 10.002), (10, 5.001, 9.998), (10, 10, 10), (0, 10, 10), (0, 5.001, 9.998),
          (0, 4.999, 10.002)]  # fmt: skip
_BELT = [(0, 0, 5), (10, 0, 5), (10, 10, 5), (0, 10, 5)]  # touches the walls of the cube all around
BIPYRAMID = [[_BELT[at - 1], _BELT[at], (5, 5, 8)] for at in range(4)] + [
    [_BELT[at], _BELT[at - 1], (5, 5, 2)] for at in range(4)
]


def hole(x, y, size, turned=True):
    ring = [(x, y, 10), (x + size, y, 10), (x + size, y + size, 10), (x, y + size, 10)]
    return ring[::-1] if turned else ring


CASES = {
    101: solid(with_face(1, [(0, 0, 10), (10, 0, 10)])),
    102: solid(with_face(1, [*TOP, TOP[3]])),
    104: solid(with_face(1, [TOP[0], TOP[2], TOP[1], TOP[3]])),
    201: solid(with_face(1, TOP, hole(7, 7, 6))),
    202: solid(with_face(1, TOP, HOLE, HOLE)),
    203: solid([[[(x, y, z + 0.2 * (x == y == z == 10)) for x, y, z in ring] for ring in face] for face in cube()]),
    204: solid(with_face(1, FOLDED)),
    205: solid(with_face(1, TOP, [(0, 5, 10), (5, 8, 10), (10, 5, 10), (5, 2, 10)])),
    206: solid(with_face(1, TOP, hole(12, 12, 3))),
    207: solid(with_face(1, TOP, hole(1, 1, 8), hole(3, 3, 2))),
    208: solid(with_face(1, TOP, hole(2, 2, 3, turned=False))),
    301: solid(cube()[:3]),
    302: solid(cube()[:5]),
    303: solid([*cube(), *cube(at=(10, 10, 0))]),
    305: solid([*cube(), *cube(at=(30, 0, 0))]),
    306: solid([
        [[(0, 0, 0), (0, 10, 0), (10, 10, 0), (10, 0, 0)]], [[(0, 0, 0), (10, 0, 0), (4, 5, 10)]],
        [[(10, 0, 0), (10, 10, 0), (4, 5, 10)]], [[(10, 10, 0), (0, 10, 0), (15, 5, 3)]],
        [[(0, 10, 0), (0, 0, 0), (4, 5, 10)]], [[(10, 10, 0), (15, 5, 3), (4, 5, 10)]],
        [[(0, 10, 0), (4, 5, 10), (15, 5, 3)]],
    ]),
    307: solid(with_face(1, TOP[::-1])),
    401: solid(cube(), cube(4, at=(8, 3, 3), turned=True)),
    402: solid(cube(), cube(turned=True)),
    403: solid(cube(), cube(4, at=(30, 3, 3), turned=True)),
    404: solid(cube(), [[ring[::-1]] for ring in BIPYRAMID]),
    405: solid(cube(turned=True)),
    501: solid(cube(), kind="CompositeSolid", more=[cube(at=(9, 0, 0))]),
    502: solid(cube(), kind="CompositeSolid", more=[cube()]),
    503: solid(cube(), kind="CompositeSolid", more=[cube(at=(30, 0, 0))]),
}  # fmt: skip


PYRAMID = [[[TOP[at - 1], TOP[at], (5, 5, 0)]] for at in (3, 2, 1, 0)]  # hangs from the top, its point on the floor
TETRA = [[(2, 2, 2), (8, 2, 2), (5, 5, 2)], [(2, 2, 2), (5, 5, 8), (8, 2, 2)], [(8, 2, 2), (5, 5, 8), (5, 5, 2)],
         [(2, 2, 2), (5, 5, 2), (5, 5, 8)]]  # fmt: skip
BESIDE = [[(8, 2, 2), (9, 4, 2), (5, 5, 2)], [(8, 2, 2), (5, 5, 8), (9, 4, 2)], [(9, 4, 2), (5, 5, 8), (5, 5, 2)],
          [(8, 2, 2), (5, 5, 2), (5, 5, 8)]]  # fmt: skip
STEP = [
    (0, 0, 10),
    (10, 0, 10),
    (10, 5, 10.002),
    (10, 5, 9.998),
    (10, 10, 10),
    (0, 10, 10),
    (0, 5, 9.998),
    (0, 5, 10.002),
]
OPEN_TOP = [[[TOP[at], TOP[at + 1], (5, 5, 10)]] for at in (0, 2)]  # two of the four triangles of a top

ONLY = {
    "a face that is bent and folded is bent": (203, solid(with_face(1, [*TOP[:3], (5, 14, 12), TOP[3]]))),
    "three points, two of them the same": (102, solid(with_face(1, [TOP[0], TOP[0], TOP[1]]))),
    "a step that one sees the edge of from above": (104, solid(with_face(1, STEP))),
    "a triangle that hangs on a corner": (303, solid([*cube(), [[(10, 10, 10), (20, 20, 20), (20, 30, 30)]]])),
    "two cubes that share a corner": (303, solid([*cube(), *cube(at=(10, 10, 10))])),
    "a triangle that hangs on nothing": (305, solid([*cube(), [[(30, 10, 10), (40, 20, 20), (40, 30, 30)]]])),
    "two holes that meet at a corner": (302, solid([*cube()[:1], *cube()[2:], *OPEN_TOP])),
    "a point that touches a face": (306, solid([*cube()[:1], *cube()[2:], *PYRAMID])),
    "cavities that share a face": (401, solid(cube(), *([[ring] for ring in one] for one in (TETRA, BESIDE)))),
    "a cavity that shares faces and cuts": (401, solid(cube(), [[[(x * 10, y * 10, 4 + 2 * z) for x, y, z in reversed(face)]] for face in CUBE])),
}  # fmt: skip


@pytest.mark.parametrize(("code", "found"), ONLY.values(), ids=ONLY)
def test_one_fault_is_told_by_one_code(code, found):
    """As val3dity 2.6 does: what a fault leads to is not told besides."""
    assert codes(found) == [code]


def test_eaves_that_sag_by_a_centimetre_are_no_fold():
    """Cut one way the roof has a narrow triangle that is turned far; cut another way it has none."""
    roof = [(0, 4, 3), (0, 0, 0), (138, 0, -0.01), (139.3, 0, 0), (139.3, 4, 3)]
    found = CityObject("it", "Building", solids="Solid")
    found.polygons.append(Polygon("roof", "", "", "2", [(np.array(roof) + FAR).reshape(-1).tolist()]))
    assert codes(found) == []


@pytest.mark.parametrize("code", CASES)
def test_every_fault_is_found_by_its_code(code):
    assert code in codes(CASES[code])


@pytest.mark.parametrize(
    "found",
    [
        solid(cube()), solid(cube(), cube(4, at=(3, 3, 3), turned=True)),
        solid(cube(), kind="CompositeSolid", more=[cube(at=(10, 0, 0))]), solid(cube(), kind="MultiSolid", more=[cube(at=(30, 0, 0))]),
    ],
    ids=["a cube", "with a cavity", "two that share a wall", "two apart"],
)  # fmt: skip
def test_what_is_sound_has_no_fault(found):
    assert codes(found) == []


def test_the_name_of_a_face_must_fit_the_way_it_faces():
    house = CityObject(
        "house",
        "Building",
        polygons=[
            Polygon(f"f{n}", kind, "", "2", [np.array(points).reshape(-1).tolist()], solid=0)
            for n, (kind, points) in enumerate(House().faces())
        ],
    )
    assert codes(house) == []
    house.polygons[0].kind = "RoofSurface"
    assert codes(house) == [1006]


def test_an_object_without_faces_is_told_unless_its_parts_have_them(tmp_path):
    document = cityjson(House("part"))
    document["CityObjects"] |= {"empty": {"type": "Building"}, "whole": {"type": "Building", "children": ["part"]}}
    document["CityObjects"]["part"] |= {"type": "BuildingPart", "parents": ["whole"]}
    (tmp_path / "a.json").write_text(json.dumps(document))
    assert [(one.object, one.code) for one in check_files(tmp_path, lambda *_: None).faults] == [("empty", 609)]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_model_in_degrees_is_looked_at_in_metres(tmp_path, swapped):
    """As Japan's cities publish theirs: a wall of ten metres is a ten thousandth of a degree."""
    house = House()
    text = citygml2(house, srs="urn:ogc:def:crs:EPSG::4979")
    for _, points in house.faces():
        written = [(*degrees(3879, x, y), z) for x, y, z in points]
        ordered = [(lat, lon, z) if swapped else (lon, lat, z) for lon, lat, z in written]
        closed = " ".join(f"{value:.9f}" for point in (*ordered, ordered[0]) for value in point)
        assert text.count(numbers(points)) == 1
        text = text.replace(numbers(points), closed)
    (tmp_path / "a.gml").write_text(text)
    report = check_files(tmp_path, lambda *_: None, prefer=3879)
    assert (report.checked, report.faults) == (1, [])


def test_a_ring_that_was_closed_in_reading_is_mended(tmp_path):
    closed, text = numbers(House().faces()[5][1]), citygml2(House())
    (tmp_path / "a.gml").write_text(text.replace(closed, closed.rsplit(" ", 3)[0]))
    (found,) = read(next(iter(sources(tmp_path))))
    assert codes(found) == [103]
    mended, done = mend_object(found)
    assert "a ring was closed" in done[0]
    assert codes(mended) == []


def test_parts_of_a_building_may_touch_but_not_overlap():
    one, touching, over = (solid(cube(at=(x, 0, 0))) for x in (0, 10, 5))
    one.id, touching.id, over.id = "one", "touching", "over"
    assert list(check_parts([one, touching])) == []
    assert [(key, found.code, found.part) for key, found in check_parts([one, over])] == [("one", 601, "over")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=12, unique=True),
    st.floats(0.5, 80, allow_nan=False),
)
def test_any_block_over_a_simple_outline_is_sound(points, height):
    import shapely

    outline = shapely.concave_hull(shapely.MultiPoint(points), ratio=0.4)
    if outline.geom_type != "Polygon" or outline.area < 1:
        return
    ring = [(x + FAR[0], y + FAR[1]) for x, y in list(outline.exterior.coords)[:-1]]
    found = CityObject("block", "Building", polygons=block([ring], 2.0, 2.0 + height, "block"))
    assert codes(found) == []
    triangles, owner = faces_of(one.rings for one in found.polygons).triangles
    assert len(triangles) >= len(found.polygons)
    assert set(owner.tolist()) == set(range(len(found.polygons)))


@pytest.mark.parametrize("code", [102, 203, 208, 302, 307, 405])
def test_what_is_safe_to_mend_is_sound_afterwards(code):
    mended, done = mend_object(CASES[code])
    assert done
    assert code not in codes(mended)
    assert codes(mended) == [] or code == 208, "a hole through a cube's top leaves the cube open"
    assert mend_object(mended)[1] == [], "mended once, nothing is left to do"


def test_a_sound_object_is_left_as_it_is():
    sound = solid(cube())
    assert mend_object(sound) == (sound, [])


EXPECTED = {
    "geometry_by_code/501.json": {501}, "geometry_by_code/501_1.json": {501}, "geometry_by_code/502.json": {502},
    "geometry_by_code/503.json": {503}, "geometry_by_code/601.json": {601}, "geometry_by_code/601_1.json": {601},
    "gml/csol1.gml": set(), "gml/csol1b.gml": set(), "gml/csol5.gml": {104}, "gml/csol6.gml": {302},
    "gml/csol7.gml": set(), "gml/msol1.gml": set(), "gml/msol2.gml": set(), "gml/msol3.gml": {302},
    "cityjson/cube_v10.city.json": set(), "cityjson/cube_v11.city.json": set(), "cityjson/torus.city.json": set(),
    "cityjson/several_lods_valid.json": set(), "cityjson/several_lods_invalid.json": {1008},
    "cityjson/geomtemplate_1.json": set(),
}  # fmt: skip


@pytest.mark.shared
def test_real_faulty_models_have_the_faults_that_they_are_known_for(shared):
    folder = shared / "data" / "twin" / "invalid"
    found = {}
    for source in sources(folder):
        together = list(families(read(source)))
        among = [
            finding.code for family in together for _, finding in check_parts([one for one in family if one.parent])
        ]
        found[source.name] = {
            finding.code for family in together for one in family for finding in check_object(one)
        } | set(among)
    assert {name: found[name] for name in EXPECTED} == EXPECTED


@pytest.mark.shared
def test_helsinki_s_own_files_are_nearly_sound(shared):
    folder = shared / "data" / "twin" / "citygml"
    faults = [
        (one.id, finding.code) for source in sources(folder) for one in read(source) for finding in check_object(one)
    ]
    assert faults == [
        ("BID_d1ebc713-dbbb-4e42-95d4-4b00e70dc67f", 303),
    ]


def test_a_reader_s_findings_are_part_of_the_check(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(cityjson(House())))
    (found,) = read(next(iter(sources(tmp_path))))
    found.findings.append(Finding(1002, "face", "Coordinates are not finite."))
    assert 1002 in codes(found)
    assert {polygon.solid for polygon in found.polygons} != {OUTSIDE_SOLIDS}
