"""Facts from which a synthetic city is drawn: what is missing is named, all at once."""

from __future__ import annotations

import pytest

from toimiva.capabilities.synthetic_city.facts import read_facts
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid


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
