"""A city with a twin: houses brought in from CityGML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parts.models3d import House, citygml2
from tests.parts.streets import extract
from toimiva.capabilities.twin.importing import Brought, bring_in
from toimiva.core.city import api as cities
from toimiva.core.city.api import City


@pytest.fixture
def city(home, db) -> City:
    return cities.load("helsinki")


@pytest.fixture
def brings(city, tmp_path: Path) -> Callable[..., Brought]:
    """Bring houses in as a file of this name."""

    def bring(*houses: House, name: str = "houses.gml", branch: str = "", **how) -> Brought:
        (tmp_path / name).write_text(citygml2(*houses, **how), encoding="utf-8")
        (brought,) = bring_in(city, tmp_path / name, branch=branch)
        return brought

    return bring


@pytest.fixture
def around(city, tmp_path: Path) -> Brought:
    """The small extract in the twin."""
    (brought,) = bring_in(city, extract(tmp_path / "osa.osm.pbf"))
    assert brought.error == ""
    return brought
