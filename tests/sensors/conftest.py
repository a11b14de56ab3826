"""A room whose air is observed."""

from __future__ import annotations

import pytest

from tests.parts.sensorthings import Sta, datastream, location, thing


@pytest.fixture
def sta(db) -> Sta:
    return Sta()


@pytest.fixture
def room(sta) -> dict:
    """A room with a datastream of five observations, ten minutes apart, 400 to 1,200 ppm."""
    observations = [
        {"phenomenonTime": f"2027-01-11T10:{10 * n:02}:00Z", "resultTime": f"2027-01-11T10:{10 * n:02}:05Z", "result": 400 + 200 * n,
         "parameters": {"battery": 90 - n}}
        for n in range(5)
    ]  # fmt: skip
    made = sta.post("Things", thing(Locations=[location()], Datastreams=[datastream(Observations=observations)]))
    stream = sta.get(f"Things({made['@iot.id']})/Datastreams")["value"][0]
    return {"thing": made["@iot.id"], "stream": stream["@iot.id"]}
