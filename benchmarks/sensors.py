"""Observations by SensorThings: how fast they are taken and asked for, the database's own bulk write beside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import frost
from benchmarks.row import Row
from tests.parts.postgres import LASTING, find_server, run_server

__all__ = ["measure"]

ROUNDS = 10  # of 100,000 observations
SERIES = Path(__file__).parents[2] / "shared" / "data" / "iot" / "makelankatu_microclimate"


def measure(folder: Path) -> Iterator[Row]:
    yield from _rows("SQLite", _load(folder / "sensors", ""))
    yield from _posted("SQLite", _printed("benchmarks.post_load", folder / "posts", ""))
    yield from _besides("SQLite", folder, lambda _: "")
    if find_server() is None:
        print("PostgreSQL is not installed: its lines are left out.", file=sys.stderr)
        return
    with run_server(*LASTING) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        bulk = _load(folder / "sensors", url)
        yield from _rows("PostgreSQL", bulk)
        posts = _printed("benchmarks.post_load", folder / "posts", _made(url, "posts"))
        yield from _posted("PostgreSQL", posts)
        yield from _besides("PostgreSQL", folder, lambda database: _made(url, database))
    yield from _beside_frost(posts, bulk)


def _made(url: str, name: str) -> str:
    """A database of its own for a part of the benchmark."""
    own = f"{url.rpartition('/')[0]}/{name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    return own


def _besides(name: str, folder: Path, database: Callable[[str], str]) -> Iterator[Row]:
    """By MQTT from one, a real day of some played again, and from many devices at once."""
    yield _by_mqtt(name, folder / "mqtt", database("mqtt"))
    if SERIES.is_dir():
        yield from _replayed(
            name, _printed("benchmarks.replay_load", folder / "replay", database("replay"), str(SERIES))
        )
    else:
        print(f"{SERIES} is not there: its lines are left out.", file=sys.stderr)
    yield from _crowd(name, _printed("benchmarks.crowd_load", folder / "crowd", database("crowd")))


def _posted(name: str, told: dict[str, Any]) -> Iterator[Row]:
    for count, found in told["by_connections"].items():
        each = found["seconds"] / found["acknowledged"] * 1e6
        yield Row(f"a POST of one observation, {count} connections, {name}, against 5,000 a second", each, 200, "µs")
    for count, found in told["arrays"].items():
        each = found["seconds"] / found["acknowledged"] * 1e6
        yield Row(
            f"an observation in dataArrays by {count} devices at once, {name}, against 200,000 a second", each, 5, "µs"
        )
    ways = [*told["by_connections"].values(), *told["arrays"].values()]
    acknowledged = sum(found["acknowledged"] for found in ways)
    yield Row(
        f"posted observations acknowledged and not stored, {name}", max(0, acknowledged - told["stored"]), 1, "", 0
    )


def _beside_frost(posts: dict[str, Any], bulk: dict[str, Any]) -> Iterator[Row]:
    """The same load on FROST-Server, in the same run."""
    if not frost.is_there():
        print("FROST-Server's lines are left out: see benchmarks/frost.py for what it needs.", file=sys.stderr)
        return
    command = [sys.executable, "-m", "benchmarks.frost"]
    theirs = json.loads(subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout)
    for count, found in posts["by_connections"].items():
        beside = theirs["by_connections"][count]
        each, peer = (one["seconds"] / one["acknowledged"] * 1e6 for one in (found, beside))
        yield Row(f"a POST of one observation, {count} connections, PostgreSQL, against FROST-Server", each, peer, "µs")
    each, peer = (one["bulk"] / one["rows"] * 1e6 for one in (bulk, theirs))
    yield Row("an observation in a dataArray, PostgreSQL, against FROST-Server", each, peer, "µs")


def _crowd(name: str, told: dict[str, Any]) -> Iterator[Row]:
    lost = told["sent"] - min(told["acknowledged"], told["stored"])
    devices = f"{told['devices']:,} devices by MQTT"
    yield Row(f"observations of {devices} lost, {name}", lost, 1, "", 0)
    gone = told["devices"] - told["connected_at_the_end"]
    yield Row(f"of {devices} no more connected at the end, {name}", gone, 1, "", 0)
    each = told["stored_seconds"] / told["sent"] * 1e6
    yield Row(f"an observation of {devices} until it is stored, {name}, against 5,000 a second", each, 200, "µs")


def _replayed(name: str, told: dict[str, Any]) -> Iterator[Row]:
    day = f"a real day of {told['streams']} datastreams ({told['sent']:,} observations) played by MQTT in a minute"
    yield Row(f"observations lost, doubled or changed, {day}, {name}", told["differing"], 1, "", 0)
    yield Row(f"until all is stored after the last word, {day}, {name}", told["after"] * 1e3, 1000, "ms")


def _by_mqtt(name: str, home: Path, database: str) -> Row:
    told = _printed("benchmarks.mqtt_load", home, database)
    each = told["seconds"] / told["count"] * 1e6
    return Row(
        f"an observation by MQTT (mosquitto, QoS 1) until it is stored, {name}, against 5,000 a second", each, 200, "µs"
    )


def _load(home: Path, database: str) -> dict[str, float]:
    return _printed("benchmarks.sensor_load", home, database, str(ROUNDS))


def _printed(module: str, home: Path, database: str, *arguments: str) -> dict[str, Any]:
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *arguments], check=True, text=True,
        stdout=subprocess.PIPE, env=os.environ | {"TOIMIVA_HOME": str(home), "TOIMIVA_DATABASE_URL": database},
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _rows(name: str, told: dict[str, float]) -> Iterator[Row]:
    each, peer = told["bulk"] / told["rows"] * 1e6, told["copy"] / told["rows"] * 1e6
    own = "COPY" if name == "PostgreSQL" else "executemany"
    yield Row(
        f"an observation in a dataArray of 100,000 by HTTP, {name}, against {own} of the same rows", each, peer, "µs", 4
    )
    yield Row(f"newest values of all datastreams of a page, {name}", told["latest"] * 1e3, 50, "ms")
    yield Row(f"a day of a datastream by minutes (1,000 rows), {name}", told["day"] * 1e3, 20, "ms")
    yield Row(f"a count over a filter, {name}, 2,000,000 observations", told["count"] * 1e3, 200, "ms")
