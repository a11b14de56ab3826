"""A resident's question about a way: from home, which is read by their consent only, or between parts of the city."""

from __future__ import annotations

from dataclasses import dataclass

from toimiva.capabilities.air.exposing import Exposure, Way, exposures, way_between
from toimiva.capabilities.air.measures import air_of
from toimiva.core.errors import NotAllowed, NotFound
from toimiva.core.geography import api as geography
from toimiva.core.identity.api import Resident
from toimiva.core.purposes import api as purposes

__all__ = ["HOME", "PURPOSE", "Answer", "answer", "may_read_home"]

PURPOSE = "air-profile"
HOME = "home"


@dataclass(frozen=True, slots=True)
class Answer:
    """The way, its minutes on foot, and what is on it by measure."""

    way: Way
    minutes: int
    exposures: list[Exposure]


def may_read_home(me: Resident) -> bool:
    """Whether the resident's consent is in force."""
    return purposes.consents(me.city, me.person, PURPOSE)


def answer(me: Resident, start: str, goal: str) -> Answer:
    """What is on the way between two ends, each HOME or the code of a sub-area. Nothing of it is kept.

    Raises NotFound for an end that is not known, and NotAllowed for HOME without the consent.
    """
    air = air_of(me.city)
    walked = way_between(me.city, air, *(_spot(me, end) for end in (start, goal)))
    return Answer(walked, round(walked.metres / air.metres_a_minute), list(exposures(me.city, air, walked)))


def _spot(me: Resident, end: str) -> tuple[float, float]:
    if end == HOME:
        return _home(me)
    area = geography.sub_areas(me.city).get(end)
    if area is None:
        raise NotFound(
            what=f"There is no part of the city {end[:20]!r}.", mend="Use `home`, or the code of a sub-area."
        )
    return float(area["x"]), float(area["y"])


def _home(me: Resident) -> tuple[float, float]:
    if not may_read_home(me):
        mend = f"Give your consent to {PURPOSE}, or name the part of the city."
        raise NotAllowed(what="Your home is not read without your consent.", mend=mend)
    with purposes.open_gate(
        me.city, PURPOSE, actor=me.person, reason="air on own ways", persons=[me.person]
    ) as gate:  # fmt: skip
        rows = gate.query('SELECT x, y FROM "population.residents"').rows()
    if not rows or rows[0][0] is None:
        raise NotFound(what="The register has no home of yours.", mend="Name the part of the city.")
    return float(rows[0][0]), float(rows[0][1])
