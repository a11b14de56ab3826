"""Facts from which a synthetic city is drawn: what is missing is named, all at once."""

from __future__ import annotations

import pytest

from toimiva.capabilities.synthetic_city.facts import read_facts
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid


@pytest.fixture
def spoilt(tmp_path):
    """Mallila with one file of its facts in other words."""
    mallila = cities.load("mallila")
    (tmp_path / "facts").mkdir()

    def spoil(name, change):
        source = mallila.find(f"facts/{name}").read_bytes().decode()
        changed = change(source)
        (tmp_path / "facts" / name).write_bytes(changed if isinstance(changed, bytes) else changed.encode())
        return mallila.model_copy(update={"folder": tmp_path})

    return spoil


@pytest.mark.parametrize("name, change, line, said", [
    ("cells.csv", lambda text: text.replace(",", ";"), 1, "It has no column postal_code, sub_area, x, y, residents."),
    ("cells.csv", lambda text: text.replace("25499500", "25 499 500", 1), 2, "x: '25 499 500' is no number."),
    ("postal_areas.csv", lambda text: text.replace("age_03_6", "age_03_6,extra", 1), 2, "age_85_up: 'nothing' is no number."),
    ("sub_areas.csv", lambda text: text.replace("Ruukki", "Ry\xf6ki").replace("Keskusta", "K\xe4", 1).encode("latin-1"), 2, "Not UTF-8: byte 0xe4."),
    ("cells.csv", lambda text: "", 1, "Not CSV"),
    ("shares.toml", lambda text: text.replace("phone = ", "phone = 'most' # ", 1), None, "phone: Input should be a valid number"),
    ("shares.toml", lambda text: f"{text}\n[", None, "Not TOML"),
], ids=["semicolons", "spaces", "ragged", "Latin-1", "empty", "words", "no TOML"])  # fmt: skip
def test_what_is_wrong_in_facts_is_told_with_its_line(spoilt, name, change, line, said):
    with pytest.raises(Invalid) as caught:
        read_facts(spoilt(name, change))
    first = caught.value.faults[0]
    assert said in first.message
    assert first.file.endswith(f"facts/{name}")
    assert first.line == line or not line


def test_missing_shares_are_named_with_what_to_do(tmp_path):
    mallila = cities.load("mallila")
    source = mallila.find("facts/shares.toml").read_text()
    (tmp_path / "facts").mkdir()
    kept = [line for line in source.splitlines() if not line.startswith(("senior_centre_count", "phone"))]
    (tmp_path / "facts" / "shares.toml").write_text("\n".join(kept))

    with pytest.raises(Invalid) as caught:
        read_facts(mallila.model_copy(update={"folder": tmp_path}))

    assert [fault.message for fault in caught.value.faults] == [
        "The share 'phone' is missing.", "The share 'senior_centre_count' is missing."
    ]  # fmt: skip
    assert "facts/shares.toml" in caught.value.faults[0].file
    assert "with its source" in str(caught.value)
