"""Models as cities publish them: the same house in every format, and files that somebody made wrong."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import numpy as np
import pytest

from tests.parts.models3d import CITYGML2, EAST, NORTH, House, citygml2, citygml3, cityjson, numbers, polygon, street
from toimiva.capabilities.twin.rows import rows_of
from toimiva.engines.citymodels.api import (
    Frame,
    Indivisible,
    Unreadable,
    epsg_of,
    families,
    objects_of,
    pieces,
    read,
    sources,
)


def read_all(folder, name: str, content: str | bytes):
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return [found for source in sources(folder / name) for found in read(source)]


def told(found):
    corners = sorted(
        (polygon.kind, sorted(map(tuple, np.round(np.reshape(polygon.rings[0], (-1, 3)), 3).tolist())))
        for polygon in found.polygons
    )
    return found.id, found.kind, found.name, found.attributes["Katuosoite"], found.attributes["Kerroksia"], corners


def test_a_house_is_the_same_in_every_format(tmp_path):
    house = House()
    gml2 = read_all(tmp_path, "a.gml", citygml2(house))
    gml3 = read_all(tmp_path, "b.gml", citygml3(house))
    document = cityjson(house)
    lines = [
        {**document, "CityObjects": {}, "vertices": []},
        {
            "type": "CityJSONFeature",
            "id": "house",
            "CityObjects": document["CityObjects"],
            "vertices": document["vertices"],
        },
    ]
    whole = read_all(tmp_path, "c.city.json", json.dumps(document))
    sequence = read_all(tmp_path, "d.city.jsonl", "\n".join(map(json.dumps, lines)))

    assert [len(found) for found in (gml2, gml3, whole, sequence)] == [1, 1, 1, 1]
    assert told(gml2[0]) == told(gml3[0]) == told(whole[0]) == told(sequence[0])
    assert {polygon.solid for found in (gml2, gml3, whole) for polygon in found[0].polygons} == {0}, (
        "the solid's faces are the surfaces'"
    )
    assert not gml2[0].findings


def test_archives_are_looked_into(tmp_path):
    (tmp_path / "a.gml.gz").write_bytes(gzip.compress(citygml2(House("packed")).encode()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("folder/inside.gml", citygml2(House("zipped")))
        archive.writestr("readme.txt", "nothing")
    found = {source.name: [one.id for one in read(source)] for source in sources(tmp_path)}
    assert found == {"a.gml.gz": ["packed"], "b.zip/folder/inside.gml": ["zipped"]}


def test_a_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.gml", b"<CityModel>" + b"<a/>" * 30 * 2**20)
    with pytest.raises(Unreadable, match="as bombs do"):
        [list(read(source)) for source in sources(tmp_path)]


def test_entities_are_not_expanded(tmp_path):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    text = (
        citygml2(House())
        .replace("<CityModel", f"<!DOCTYPE CityModel [{laughs}]><CityModel", 1)
        .replace("Mallikatu 1", "&l11;")
    )
    with pytest.raises(Unreadable, match="document type"):
        read_all(tmp_path, "a.gml", text)


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_a_file_that_is_cut_off_says_at_which_line(tmp_path, cut):
    text = citygml2(*street(6))
    with pytest.raises(Unreadable) as error:
        read_all(tmp_path, "a.gml", text[: int(len(text) * cut)])
    assert error.value.line > 1
    assert "cut off" in error.value.mend


def test_a_sequence_that_does_not_say_what_its_numbers_mean_is_refused(tmp_path):
    document = cityjson(House())
    header = {"type": "CityJSON", "version": "2.0", "CityObjects": {}, "vertices": []}
    feature = {"type": "CityJSONFeature", "id": "house", **{key: document[key] for key in ("CityObjects", "vertices")}}
    with pytest.raises(Unreadable, match="no CityJSONSeq") as error:
        read_all(tmp_path, "a.city.jsonl", f"{json.dumps(header)}\n{json.dumps(feature)}")
    assert (error.value.line, "transform" in error.value.why) == (2, True)


def test_a_text_that_is_no_model_says_so(tmp_path):
    with pytest.raises(Unreadable, match="no city object"):
        read_all(tmp_path, "a.gml", "<html><body/></html>")
    with pytest.raises(Unreadable, match="not JSON"):
        read_all(tmp_path, "b.json", '{"type": "CityJSON", ')
    with pytest.raises(Unreadable, match="no CityJSON"):
        read_all(tmp_path, "c.json", '{"type": "Feature"}')
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unreadable, match="no city model"):
        list(sources(tmp_path / "empty"))


def test_broken_coordinates_are_told_with_their_line_and_the_rest_is_kept(tmp_path):
    text = citygml2(House("good"), House("bad")).replace(numbers(House("bad").faces()[5][1]), "1 2 NaN 4 5 6 7 8 9", 2)
    text = text.replace("1 2 NaN 4 5 6 7 8 9", numbers(House("bad").faces()[5][1]), 1)
    good, bad = read_all(tmp_path, "a.gml", text)
    assert (len(good.polygons), len(bad.polygons)) == (7, 6)
    assert [finding.code for finding in bad.findings if finding.code == 1002] == [1002]
    assert next(finding for finding in bad.findings if finding.code == 1002).line > 10


@pytest.mark.parametrize("wrong", ["NaN", "-inf", "1e200", "-3e12"])
def test_a_place_that_is_nowhere_on_earth_is_told_whatever_the_format(tmp_path, wrong):
    text = citygml2(House("house"))
    (house,) = read_all(tmp_path, "a.gml", text.replace(f"{EAST:.4f} ", f"{wrong} ", 1))
    told = [(found.code, found.part, found.line > 3) for found in house.findings if found.code == 1002]
    assert (len(house.polygons), told) == (6, [(1002, "house_0", True)])
    outline = [[24.95, 60.17], [24.96, 60.17], [24.96, 60.18], [24.95, 60.17]]
    block = {"type": "Polygon", "coordinates": [outline]}
    feature = {"type": "Feature", "properties": {"height": wrong}, "geometry": block}
    (raised,) = read_all(tmp_path, "b.geojson", json.dumps(feature))
    assert {found.code for found in raised.findings} <= {1002}
    assert all(-1e12 < value < 1e12 for polygon in raised.polygons for value in polygon.rings[0])


def test_a_whole_number_too_long_for_a_table_stays_as_it_is_written(tmp_path):
    number = "99999999999999999999999"
    text = citygml2(House("house")).replace("<gen:value>2</gen:value>", f"<gen:value>{number}</gen:value>")
    (house,) = read_all(tmp_path, "a.gml", text)
    assert house.attributes["Kerroksia"] == number
    assert len(rows_of([house], "a.gml", "", Frame.kept(3879, (EAST, NORTH), 17.6)).objects) == 1


def test_references_that_run_in_a_circle_are_a_finding(tmp_path):
    circle = (
        '<cityObjectMember><bldg:Building gml:id="round"><bldg:lod2MultiSurface><gml:MultiSurface gml:id="a"><gml:surfaceMember>'
        '<gml:CompositeSurface gml:id="b"><gml:surfaceMember xlink:href="#a"/></gml:CompositeSurface></gml:surfaceMember></gml:MultiSurface>'
        "</bldg:lod2MultiSurface></bldg:Building></cityObjectMember>"
    )
    found = read_all(tmp_path, "a.gml", citygml2(House(), extra=circle))
    assert [finding.code for finding in found[1].findings] == [1003]


def test_faces_may_be_borrowed_from_another_building(tmp_path):
    """Two buildings share a wall that only the first has: the second's solid is closed with it, the other way round."""
    house = House()
    text = citygml2(house, House("next"))
    shared = '<gml:surfaceMember xlink:href="#next_1"/>'
    turned = '<gml:surfaceMember><gml:OrientableSurface orientation="-"><gml:baseSurface xlink:href="#house_2"/></gml:OrientableSurface></gml:surfaceMember>'
    _, second = read_all(tmp_path, "a.gml", text.replace(shared, turned))
    borrowed = [polygon for polygon in second.polygons if polygon.id == "house_2"]
    assert [polygon.solid for polygon in borrowed] == [0]
    wall = [value for point in reversed(house.faces()[2][1]) for value in point]
    assert sorted(np.reshape(borrowed[0].rings[0], (-1, 3)).tolist()) == sorted(np.reshape(wall, (-1, 3)).tolist())
    assert not second.findings


LEAF = f"<gml:surfaceMember>{polygon('leaf', [(0, 0, 0), (1, 0, 0), (0, 0, 1)])}</gml:surfaceMember>"
OWN = f'<relativeGMLGeometry><gml:MultiSurface gml:id="prototype">{LEAF}</gml:MultiSurface></relativeGMLGeometry>'
BORROWED = '<relativeGMLGeometry xlink:href="#prototype"/>'
DOUBLED = "2 0 0 0 0 2 0 0 0 0 3 0 0 0 0 1"


def tree(name: str, template: str, east: float = EAST, matrix: str = DOUBLED) -> str:
    return (
        f'<cityObjectMember><veg:SolitaryVegetationObject xmlns:veg="http://www.opengis.net/citygml/vegetation/2.0" gml:id="{name}"><veg:lod2ImplicitRepresentation>'
        f"<ImplicitGeometry><transformationMatrix>{matrix}</transformationMatrix>{template}<referencePoint><gml:Point><gml:pos>"
        f"{east} {NORTH} 5</gml:pos></gml:Point></referencePoint></ImplicitGeometry></veg:lod2ImplicitRepresentation></veg:SolitaryVegetationObject></cityObjectMember>"
    )


def test_a_template_stands_where_its_matrix_puts_it(tmp_path):
    found = read_all(tmp_path, "a.gml", citygml2(House(), extra=tree("tree", OWN)))[1]
    assert found.polygons[0].rings == [[EAST, NORTH, 5.0, EAST + 2, NORTH, 5.0, EAST, NORTH, 8.0]]


@pytest.mark.parametrize("first", ["owner", "borrower"])
def test_trees_share_a_template_that_stands_in_any_of_them(tmp_path, first):
    trees = [tree("owner", OWN), tree("borrower", BORROWED, EAST + 30)]
    text = citygml2(House(), extra="".join(trees if first == "owner" else reversed(trees)))
    found = {one.id: one for one in read_all(tmp_path, "a.gml", text)}
    assert found["borrower"].polygons[0].rings == [
        [EAST + 30, NORTH, 5.0, EAST + 32, NORTH, 5.0, EAST + 30, NORTH, 8.0]
    ]
    assert not found["borrower"].findings
    assert len(found["owner"].polygons) == 1


def test_a_template_that_is_nowhere_is_told_with_its_name(tmp_path):
    text = citygml2(House(), extra=tree("tree", BORROWED))
    assert [(one.code, one.part) for one in read_all(tmp_path, "a.gml", text)[1].findings] == [(1005, "prototype")]


@pytest.mark.parametrize("matrix", ["2 0 0 x", DOUBLED.replace("3", "nan")])
def test_a_matrix_that_cannot_be_read_is_told(tmp_path, matrix):
    (fault,) = read_all(tmp_path, "a.gml", citygml2(House(), extra=tree("tree", OWN, matrix=matrix)))[1].findings
    assert fault.code == 1001
    assert "template" in fault.message


@pytest.mark.parametrize("block", [20_000, 500])  # larger and smaller than a building
def test_a_large_file_in_pieces_is_what_it_is_in_one_go(tmp_path, monkeypatch, block):
    from toimiva.engines.citymodels import splitting

    monkeypatch.setattr(splitting, "_BLOCK", block)
    houses = street(40)
    (tmp_path / "a.gml").write_text(citygml2(*houses).replace("posList>", "posList >", 6), encoding="utf-8")
    source = next(iter(sources(tmp_path)))
    cut = list(pieces(source.path))
    assert len(cut) > 5
    assert [told(one) for piece in cut for one in objects_of(piece)] == [told(one) for one in read(source)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2", 2),
        ("-2", -2),
        (".5", 0.5),
        ("+4.50", 4.5),
        ("1e3", 1000.0),
        ("2a", "2a"),
        ("-", "-"),
        ("\u00b2", "\u00b2"),
    ],
)
def test_a_number_is_read_as_it_is_written_and_anything_else_stays_text(tmp_path, written, meant):
    text = citygml2(House()).replace("<gen:value>2</gen:value>", f"<gen:value>{written}</gen:value>")
    found = read_all(tmp_path, "a.gml", text)[0].attributes["Kerroksia"]
    assert (found, type(found)) == (meant, type(meant))


def test_a_file_with_members_of_another_kind_at_its_end_is_read_whole(tmp_path):
    text = citygml2(*street(3)).replace(
        "</CityModel>", f"<gml:featureMember>{_inner(House('last'))}</gml:featureMember></CityModel>"
    )
    (tmp_path / "a.gml").write_text(text)
    source = next(iter(sources(tmp_path)))
    with pytest.raises(Indivisible):
        list(pieces(source.path))
    assert [one.id for one in read(source)][-1] == "last"


def _inner(house: House) -> str:
    text = citygml2(house)
    return text[text.index("<cityObjectMember>") + 18 : text.index("</cityObjectMember>")]


ANCHORED = {
    "2": '<gml:metaDataProperty><gml:EngineeringCRS gml:id="own"><gml:usesEngineeringDatum><gml:EngineeringDatum gml:id="d">'
    '<gml:anchorPoint codeSpace="urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::3900">{anchor}</gml:anchorPoint>'
    "</gml:EngineeringDatum></gml:usesEngineeringDatum></gml:EngineeringCRS></gml:metaDataProperty>",
    "3": '<engineeringCRS><gml:EngineeringCRS gml:id="own"><gml:engineeringDatum><gml:EngineeringDatum gml:id="d">'
    '<gml:anchorDefinition codeSpace="urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::3900">{anchor}</gml:anchorDefinition>'
    "</gml:EngineeringDatum></gml:engineeringDatum></gml:EngineeringCRS></engineeringCRS>",
}


@pytest.mark.parametrize("write, version", [(citygml2, "2"), (citygml3, "3")])
def test_a_model_in_metres_from_an_anchor_lies_where_that_puts_it(tmp_path, write, version):
    system = ANCHORED[version].format(anchor=f"{EAST} {NORTH} 3.0")
    text = write(House(x=0, y=0, ground=0), srs="#own").replace("<gml:boundedBy>", f"{system}<gml:boundedBy>", 1)
    (moved,) = read_all(tmp_path, "a.gml", text)
    (usual,) = read_all(tmp_path, "b.gml", write(House()))
    assert epsg_of(moved.srs) == 3879
    assert told(moved) == told(usual)
    with pytest.raises(Indivisible):
        list(pieces(tmp_path / "a.gml"))


@pytest.mark.parametrize("anchor", ["", "1 2", "here there up"])
def test_an_anchor_that_cannot_be_read_leaves_the_system_unknown(tmp_path, anchor):
    system = ANCHORED["2"].format(anchor=anchor)
    text = citygml2(House(), srs="#own").replace("<gml:boundedBy>", f"{system}<gml:boundedBy>", 1)
    (found,) = read_all(tmp_path, "a.gml", text)
    assert (found.srs, epsg_of(found.srs)) == ("#own", None)


def test_what_stands_nowhere_in_a_model_is_no_object(tmp_path):
    """Time series and versions of CityGML 3, beside the objects and in them."""
    series = '<dyn:Dynamizer xmlns:dyn="http://www.opengis.net/citygml/dynamizer/3.0" gml:id="{}"/>'
    text = citygml3(House()).replace("<gml:name>", f"<dynamizer>{series.format('inside')}</dynamizer><gml:name>", 1)
    text = text.replace("</CityModel>", f"<featureMember>{series.format('beside')}</featureMember></CityModel>")
    assert [one.id for one in read_all(tmp_path, "a.gml", text)] == ["house"]


def test_parts_stand_with_their_building(tmp_path):
    document = cityjson(House("whole"), House("part"), House("other"))
    document["CityObjects"]["part"] |= {"type": "BuildingPart", "parents": ["whole"]}
    document["CityObjects"] = {key: document["CityObjects"][key] for key in ("other", "part", "whole")}
    document["CityObjects"]["whole"]["children"] = ["part"]
    (tmp_path / "a.json").write_text(json.dumps(document))
    together = families(read(next(iter(sources(tmp_path)))))
    assert [[one.id for one in family] for family in together] == [["other"], ["whole", "part"]]


def test_meshes_and_tiles_are_read(tmp_path):
    obj = "v 0 0 0\nv 4 0 0\nv 0 3 0\nv 0 0 5\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n"
    found = read_all(tmp_path, "block.obj", obj)
    assert (found[0].kind, len(found[0].polygons)) == ("Mesh", 4)
    with pytest.raises(Unreadable, match="cannot be read as a mesh"):
        read_all(tmp_path, "broken.glb", b"glTF nothing")
    (tmp_path / "t").mkdir()
    out = {
        "asset": {"version": "1.1"},
        "geometricError": 1,
        "root": {"boundingVolume": {"sphere": [0, 0, 0, 1]}, "geometricError": 0, "content": {"uri": "../block.obj"}},
    }
    with pytest.raises(Unreadable, match="leads out of its folder"):
        read_all(tmp_path / "t", "tileset.json", json.dumps(out))


def test_footprints_with_heights_become_blocks(tmp_path):
    ring = [[24.98, 60.18], [24.981, 60.18], [24.981, 60.181], [24.98, 60.18]]
    feature = {
        "type": "Feature",
        "id": "plan",
        "properties": {"storeys": 4, "base": 2.0},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    bare = {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": [24.9, 60.1]}}
    block, point = read_all(
        tmp_path, "a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature, bare]})
    )
    assert sorted(polygon.kind for polygon in block.polygons) == ["GroundSurface", "RoofSurface", *["WallSurface"] * 3]
    assert {polygon.rings[0][2] for polygon in block.polygons} == {2.0, 14.0}
    assert [finding.code for finding in point.findings] == [1001]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("one.geojson", "{0}"), ("late.json", '{{"features": [{0}, {0}], "type": "FeatureCollection"}}'),
        ("lines.geojsonl", "{0}\n{0}\n"), ("record.geojson", "\x1e{0}\n\x1e{0}\n"), ("nameless.geojson", '{{"features": [{0}, {0}]}}'),
    ],
)  # fmt: skip
def test_geojson_comes_as_a_collection_as_one_feature_or_as_lines(tmp_path, name, form):
    ring = [[24.98, 60.18], [24.981, 60.18], [24.981, 60.181], [24.98, 60.18]]
    feature = {"type": "Feature", "properties": {"height": 9}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    found = read_all(tmp_path, name, form.format(json.dumps(feature)))
    assert [len(one.polygons) for one in found] == [5] * form.count("{0}")


def test_geojson_that_is_cut_off_says_where(tmp_path):
    with pytest.raises(Unreadable, match="no GeoJSON") as error:
        read_all(tmp_path, "a.geojson", '{\n"type": "FeatureCollection",\n"features": [')
    assert "line 3" in error.value.why


def test_a_stream_is_read_in_bounded_memory(tmp_path):
    """Members are let go once they are read: what a reader holds does not grow with the file."""
    import tracemalloc

    from toimiva.engines.citymodels.citygml import read_citygml

    peaks = []
    for count in (100, 800):
        text = io.BytesIO(citygml2(*street(count)).encode())
        tracemalloc.start()
        assert sum(1 for _ in read_citygml(text, "a.gml")) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0]


def test_gml_without_city_objects_gives_its_solids(tmp_path):
    faces = "".join(
        f"<gml:surfaceMember>{polygon(f'p{number}', points)}</gml:surfaceMember>"
        for number, (_, points) in enumerate(House().faces())
    )
    text = f'<Anything {CITYGML2}><gml:Solid gml:id="alone"><gml:exterior><gml:CompositeSurface>{faces}</gml:CompositeSurface></gml:exterior></gml:Solid></Anything>'
    found = read_all(tmp_path, "a.gml", text)
    assert [(one.id, one.kind, len(one.polygons)) for one in found] == [("alone", "GenericCityObject", 7)]
