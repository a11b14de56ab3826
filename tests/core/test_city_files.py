"""Files of a city as people save them: in other encodings, cut off, with words where figures should be."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from toimiva.capabilities.services.checking import check_folder
from toimiva.capabilities.services.parameters import read_parameters
from toimiva.capabilities.twin.asking import questions
from toimiva.capabilities.twin.guiding import walk_of
from toimiva.capabilities.twin.settings import height_offsets, metric_system
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid
from toimiva.core.purposes import api as purposes


@pytest.fixture
def city(home) -> City:
    return cities.load("mallila")


@pytest.fixture
def own(city: City):
    """Write a file of the city's own."""

    def write(name: str, content: str | bytes) -> Path:
        path = cities.published(city.id) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def faults(read, *given) -> list[Fault]:
    with pytest.raises(Invalid) as error:
        read(*given)
    return list(error.value.faults)


PURPOSE = (Path(__file__).parents[2] / "cities/helsinki/purposes/own-data.toml").read_text(encoding="utf-8")


def test_a_file_that_begins_as_windows_begins_them_is_read(city, own):
    own("purposes/own-data.toml", b"\xef\xbb\xbf" + PURPOSE.replace("\n", "\r\n").encode())
    assert "own-data" in purposes.purposes(city)


def test_a_file_in_another_encoding_is_told_with_its_line(city, own):
    path = own("purposes/own-data.toml", PURPOSE.encode("latin-1", "replace"))
    first = next(number for number, line in enumerate(PURPOSE.splitlines(), 1) if not line.isascii())
    (fault,) = faults(purposes.purposes, city)
    assert (fault.file, fault.line) == (str(path), first)
    assert fault.mend == "Save the file as UTF-8."


@pytest.mark.parametrize("spoil, line, said", [
    (lambda text: f"a = \n{text}", 1, "Not TOML"), (lambda text: f"{text}\n[cut", PURPOSE.count("\n") + 2, "Not TOML"),
    (lambda text: f"a = {'9' * 5000}\n{text}", 0, "Not TOML"), (lambda text: f"id = 'other'\n{text}", 1, "The path says it"),
    (lambda text: f"colour = 'red'\n{text}", 1, "Extra inputs"),
], ids=["no value", "cut off", "a number without end", "told twice", "unknown"])  # fmt: skip
def test_what_is_wrong_in_toml_is_told_with_its_line(city, own, spoil, line, said):
    own("purposes/own-data.toml", spoil(PURPOSE))
    (fault,) = faults(purposes.purposes, city)
    assert said in fault.message
    assert fault.line == line or not line


def test_a_wrong_purpose_or_register_does_not_stand_in_the_way_of_another(city, own):
    own("purposes/air-profile.toml", "names = 7")
    own("registers/clinics.toml", "[")
    assert purposes.purpose(city, "own-data").id == "own-data"
    assert faults(purposes.purpose, city, "air-profile")
    assert faults(purposes.purposes, city)


def test_a_file_is_read_again_once_it_has_changed(city, own):
    own("twin/twin.toml", "epsg = 3067")
    assert metric_system(city) == 3067
    own("twin/twin.toml", "# another line\nepsg = 3879")
    assert metric_system(city) == 3879


@pytest.mark.parametrize("text, line, said", [
    ("epsg = 4326", 1, "no system in metres"), ("epsg = 999999", 1, "no system in metres"), ("epgs = 3879", 1, "Extra inputs"),
    ("[[heights]]\nepsg = [3879]\nmetres = nan\nsource = 'a'", 3, "finite"), ("[[heights]]\nepsg = [3879]\nmetres = 17", 1, "required"),
    ("[view]\nlongitude = 25\nlatitude = 95\nheight = 1", 3, "less than or equal to 90"),
    ("[sky]\nsource = 'a'\nleft = [0.5]", 3, "12 items"), ("labels = 'name'", 1, "tuple"),
], ids=["degrees", "no system", "misspelt", "no number", "no source", "no place", "a month", "no list"])  # fmt: skip
def test_settings_of_a_twin_that_cannot_be_used_are_told_with_their_lines(city, own, text, line, said):
    own("twin/twin.toml", text)
    (fault,) = faults(height_offsets, city)
    assert said in fault.message, fault
    assert fault.line == line


def test_a_walk_and_a_question_say_what_they_lack(city, own):
    own("twin/walk.toml", '[[stops]]\ntitle = {fi = "a", sv = "b", en = "c"}\nlongitude = "here"\n')
    assert {fault.message.partition(":")[0] for fault in faults(walk_of, city, "fi")} >= {
        "stops.0.text",
        "stops.0.longitude",
    }
    own("twin/questions/tall.toml", 'title = {fi = "a", sv = "b", en = "c"}\nsql = 7\n')
    assert [fault.line for fault in faults(questions, city)] == [2]


@pytest.mark.parametrize("unit, value, after, said", [
    ("duration", "PnullD", "", "within from 2011-07-01 is no duration."), ("date", "'2027-01-04'", "", "within from 2011-07-01 is no date."),
    ("duration", "P56D", "    2027-01-01: {value: 56, source: a}\n", "within changes from one kind of value to another."),
])  # fmt: skip
def test_a_parameter_that_is_not_what_its_unit_says_is_told(unit, value, after, said):
    values = f"    2011-07-01: {{value: {value}, source: a}}\n{after}"
    text = f"within:\n  label: {{fi: a, sv: b, en: c}}\n  unit: {unit}\n  values:\n{values}"
    first, *_ = faults(read_parameters, "parameters.yaml", text)
    assert (first.message, first.line) == (said, 1 if after else 5)


def test_a_parameter_in_the_archive_may_be_what_it_was():
    text = "from:\n  label: {fi: a}\n  unit: date\n  values:\n    2011-07-01: {value: '2027-01-04', source: a}\n"
    assert faults(read_parameters, "parameters.yaml", text)
    assert list(read_parameters("parameters.yaml", text, archived=True)) == ["from"]


def test_a_service_whose_files_are_saved_otherwise_is_told_by_file_and_line(city, own):
    folder = cities.published(city.id) / "services" / "preschool"
    shutil.copytree(Path(__file__).parents[2] / "cities/helsinki/services/preschool", folder)
    text = (folder / "texts" / "fi.yaml").read_text(encoding="utf-8")
    (folder / "texts" / "fi.yaml").write_bytes(text.encode("latin-1", "replace"))
    parameters = (folder / "parameters.yaml").read_text(encoding="utf-8")
    (folder / "parameters.yaml").write_text(f"{parameters}\nlast: {{values: {{2024-02-30: 1}}}}\n", encoding="utf-8")
    told = {Path(fault.file).name: fault for fault in check_folder(city, folder, on=date(2026, 9, 1)).faults}
    assert set(told) == {"fi.yaml", "parameters.yaml"}
    assert "Not UTF-8" in told["fi.yaml"].message
    assert "Not YAML" in told["parameters.yaml"].message
