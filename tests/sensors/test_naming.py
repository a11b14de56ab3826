"""What is measured is told in the reader's language, whatever the platform itself names."""

from __future__ import annotations

from django.utils.translation import override

from toimiva.capabilities.devices.types import types_of
from toimiva.capabilities.sensors import loading, simulating, simulating_heat
from toimiva.capabilities.sensors.naming import in_words
from toimiva.core.city import api as cities


def own_names() -> set[str]:
    of_files = {title for title, _, _ in loading._KNOWN.values()}
    of_devices = {one.title for kind in types_of(cities.load("helsinki")).values() for one in kind.fields.values()}
    return of_files | of_devices | {*simulating._STREAMS} | {*simulating_heat._MODELS}


def test_every_name_of_our_own_is_told_in_finnish_and_in_swedish():
    assert "Air temperature" in own_names()
    for language in ("fi", "sv"):
        with override(language):
            assert [name for name in own_names() if in_words(name) == name] == []


def test_the_names_of_others_stay_theirs():
    with override("fi"):
        assert in_words("Radon, ground floor") == "Radon, ground floor"
        assert in_words("") == ""
