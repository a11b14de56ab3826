"""Models held against the schemas of their standards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.parts.models3d import EAST, House, citygml2, citygml3, cityjson
from tests.parts.schemas import cityjson_schemas, gml_schemas
from toimiva.capabilities.twin.checking import Report, check_files
from toimiva.core.errors import Invalid

STOREYS = "<bldg:storeysAboveGround>{}</bldg:storeysAboveGround>"


def held(file: Path, schemas: Path) -> Report:
    return check_files(file, lambda *_: None, schemas=schemas)


def street(folder: Path, storeys: str, houses: int = 2) -> Path:
    """A street whose last house says so many storeys."""
    text = citygml2(*(House(f"house{n}", EAST + 20 * n) for n in range(houses)))
    head, _, tail = text.rpartition("<bldg:lod2Solid>")
    (folder / "street.gml").write_text(f"{head}\n{STOREYS.format(storeys)}<bldg:lod2Solid>{tail}")
    return folder / "street.gml"


def test_a_sound_model_is_as_its_schemas_say(tmp_path):
    report = held(street(tmp_path, "2"), gml_schemas(tmp_path / "schemas"))
    assert (report.checked, report.faulty, report.faults, report.unreadable) == (2, 0, [], [])


def test_what_the_schema_does_not_allow_is_told_with_its_object_and_line(tmp_path):
    file = street(tmp_path, "kaksi")
    report = held(file, gml_schemas(tmp_path / "schemas"))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "kaksi" in text)
    assert (report.checked, report.faulty) == (2, 1)
    assert [(one.object, one.code, one.line) for one in report.faults] == [("house1", 1010, line)]
    assert "'storeysAboveGround': 'kaksi' is not a valid value" in report.faults[0].message
    assert report.by_code() == {1010: 1}


def test_an_object_that_is_wrong_in_two_ways_is_one_faulty_object(tmp_path):
    file = street(tmp_path, "kaksi", houses=1)
    file.write_text(file.read_text().replace('xlink:href="#house0_6"', 'xlink:href="#nowhere"'))
    report = held(file, gml_schemas(tmp_path / "schemas"))
    assert (report.checked, report.faulty) == (1, 1)
    assert {302, 1010} < report.by_code().keys()


def test_a_file_that_is_wrong_all_over_is_told_a_thousand_times(tmp_path):
    lines = citygml2(*(House(f"h{n}", EAST + 20 * n) for n in range(1100)))
    file = tmp_path / "all.gml"
    file.write_text(lines.replace("<bldg:lod2Solid>", f"{STOREYS.format('-1')}<bldg:lod2Solid>"))
    report = held(file, gml_schemas(tmp_path / "schemas"))
    assert (report.by_code(), report.faulty) == ({1010: 1001}, 1000)
    assert report.faults[-1].message == "There are more: the first 1,000 are told."


def test_a_schema_that_others_import_and_that_is_not_there_is_named(tmp_path):
    schemas = gml_schemas(tmp_path / "schemas", without="gml/3.1.1/base/gml.xsd")
    (told,) = held(street(tmp_path, "2"), schemas).unreadable
    assert "lacks http://schemas.example.org/gml/3.1.1/base/gml.xsd" in told["why"]
    assert "below the same folder" in told["mend"]


def test_of_two_versions_of_a_schema_the_imported_one_counts(tmp_path):
    """GML 3.1.0 and 3.1.1 are of one namespace; here the older one would have no object's name as its id."""
    schemas = gml_schemas(tmp_path / "schemas")
    older = schemas / "gml" / "3.1.0" / "base" / "gml.xsd"
    older.parent.mkdir(parents=True)
    older.write_text((schemas / "gml/3.1.1/base/gml.xsd").read_text().replace('type="ID"', 'type="integer"'))
    assert held(street(tmp_path, "2"), schemas).faults == []


def test_a_schema_that_is_cut_off_is_named(tmp_path):
    schemas = gml_schemas(tmp_path / "schemas")
    whole = schemas / "citygml" / "2.0" / "cityGMLBase.xsd"
    whole.write_text(whole.read_text()[:-40])
    (told,) = held(street(tmp_path, "2"), schemas).unreadable
    assert told["what"] == "A schema is not well-formed XML."
    assert "cityGMLBase.xsd" in told["why"]


def test_a_version_without_schemas_is_told(tmp_path):
    (tmp_path / "new.gml").write_text(citygml3(House()))
    (told,) = held(tmp_path / "new.gml", gml_schemas(tmp_path / "schemas")).unreadable
    assert told["what"] == "The folder has no schemas for new.gml."


def test_a_folder_without_schemas_is_refused_with_the_remedy(tmp_path):
    file = street(tmp_path, "2")
    (tmp_path / "schemas").mkdir()
    with pytest.raises(Invalid, match="has no schemas") as error:
        held(file, tmp_path / "schemas")
    assert "schemas.opengis.net" in error.value.mend
    with pytest.raises(CommandError, match="name the file"):
        call_command("twin", "check", "--schemas", str(tmp_path / "schemas"))


@pytest.mark.parametrize("in_lines", [False, True])
def test_cityjson_is_held_against_the_schema_of_its_version(tmp_path, in_lines):
    document = cityjson(House("sound"), House("wrong", EAST + 20))
    document["CityObjects"]["wrong"]["geometry"][0]["lod"] = 2
    lines = [document]
    if in_lines:
        features = [
            {"type": "CityJSONFeature", "id": key, "CityObjects": {key: one}, "vertices": document["vertices"]}
            for key, one in document["CityObjects"].items()
        ]
        lines = [document | {"CityObjects": {}, "vertices": []}, *features]
    file = tmp_path / f"a.city.json{'l' if in_lines else ''}"
    file.write_text("\n".join(map(json.dumps, lines)))
    report = held(file, cityjson_schemas(tmp_path / "schemas"))
    assert (report.checked, report.faulty) == (2, 1)
    (fault,) = report.faults
    assert (fault.object, fault.code, fault.part) == ("wrong", 1010, "CityObjects/wrong/geometry/0/lod")
    assert fault.message == 'CityObjects/wrong/geometry/0/lod: What is there is not of type "string".'
    assert fault.line == (3 if in_lines else 0)


def test_an_object_of_a_kind_that_the_schema_does_not_have_is_told(tmp_path):
    document = cityjson(House("odd"))
    document["CityObjects"]["odd"]["type"] = "Castle"
    (tmp_path / "a.json").write_text(json.dumps(document))
    (fault,) = held(tmp_path / "a.json", cityjson_schemas(tmp_path / "schemas")).faults
    assert fault.message == "CityObjects/odd: Its `type` is none that the schema has."


def test_cityjson_of_a_version_without_a_schema_is_told(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(cityjson(House())))
    (told,) = held(tmp_path / "a.json", cityjson_schemas(tmp_path / "schemas", "1.1")).unreadable
    assert (told["why"], told["mend"]) == ("It is CityJSON 2.0.", "Put cityjson.min.schema.json of that version there.")
