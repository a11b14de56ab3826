"""Plans beside today's city: what they add and do away with, their shadows, their own faults, and their end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.parts.models3d import EAST, NORTH, House, citygml2
from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.asking import ask, question
from toimiva.capabilities.twin.checking import check_twin, mend_twin
from toimiva.capabilities.twin.importing import bring_in, take_away
from toimiva.capabilities.twin.sun import hours_lost
from toimiva.capabilities.twin.tiling import build_tiles
from toimiva.core.errors import Invalid, NotFound


def quiet(*_):
    """No progress is shown."""


def rows(city, sql, branch=""):
    return [tuple(row) for row in ask(city, sql, {}, branch).rows]


@pytest.mark.parametrize("name", ["today", "../out", "a/b", "Torni", "it's", "x" * 41])
def test_a_plan_has_a_name_that_can_be_a_folder_and_an_address(city, brings, name):
    brings(House("now"))
    with pytest.raises(Invalid, match="no name of a plan"):
        brings(House("plan"), name="plan.gml", branch=name)
    with pytest.raises(NotFound, match="no plan"):
        build_tiles(city, name)
    assert rows(city, "SELECT id FROM all_objects") == [("now",)]


def test_a_plan_of_two_places_is_looked_at_around_both(city, brings):
    brings(House("here", eaves=3.0), House("there", x=EAST + 1500, eaves=3.0))
    tall = {"y": NORTH - 25, "eaves": 45.0}
    brings(House("a", **tall), House("b", x=EAST + 1500, **tall), name="plan.gml", branch="two")
    assert {one.object for one in hours_lost(city, "two", date(2027, 3, 20))} == {"here", "there"}


def test_a_plan_can_be_taken_away(city, brings):
    brings(House("now"))
    brings(House("then"), name="plan.gml", branch="then")
    tiles = Path(build_tiles(city, "then").folder)
    check_twin(city, "then", quiet)
    assert keeping.drop(city, "then") == 1
    assert not tiles.exists()
    assert rows(city, "SELECT id FROM all_objects") == [("now",)]
    with pytest.raises(NotFound, match="no plan"):
        keeping.drop(city, "then")


def test_a_plan_is_a_branch_and_its_shadow_is_told_in_hours(city, brings):
    brings(House("low", eaves=3.0), House("south", y=NORTH - 30, eaves=3.0))
    brings(House("tower", y=NORTH - 25, eaves=45.0), name="plan.gml", branch="tower")
    take_away(city, "tower", ["south"])
    assert rows(city, "SELECT id FROM objects ORDER BY id") == [("low",), ("south",)]
    assert rows(city, "SELECT id FROM objects ORDER BY id", "tower") == [("low",), ("tower",)]
    plan = question(city, "plan")
    assert [row[:2] for row in ask(city, plan.sql, {"plan": "tower"}).rows] == [("tower", "new"), ("south", "removed")]
    lost = hours_lost(city, "tower", date(2027, 3, 20))
    assert {one.object for one in lost} == {"low"}
    assert all(one.after < one.before for one in lost)
    assert build_tiles(city, "tower").objects == 2
    with pytest.raises(NotFound, match="no object"):
        take_away(city, "tower", ["nothing"])


def test_a_plan_s_faults_and_mending_are_its_own(city, brings, tmp_path):
    text = citygml2(House("lidless"))
    cut = text.index('<bldg:boundedBy><bldg:GroundSurface gml:id="lidless_s0">')
    text = text[:cut] + text[text.index("</bldg:boundedBy>", cut) + len("</bldg:boundedBy>") :]
    text = text.replace('<gml:surfaceMember xlink:href="#lidless_0"/>', "")
    (tmp_path / "today.gml").write_text(text)
    (tmp_path / "plan.gml").write_text(text.replace("lidless", "planned"))
    bring_in(city, tmp_path / "today.gml")
    bring_in(city, tmp_path / "plan.gml", branch="plan")
    assert check_twin(city, "", quiet).faulty == 1
    assert check_twin(city, "plan", quiet).faulty == 2
    assert rows(city, "SELECT object FROM findings") == [("lidless",)]
    assert list(mend_twin(city, "plan", quiet)) == ["planned"]
    assert rows(city, "SELECT branch, id FROM all_objects ORDER BY ALL") == [("", "lidless"), ("plan", "planned")]
    assert check_twin(city, "", quiet).faulty == 1, "today's city is as it was"
