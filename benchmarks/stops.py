"""500 kills of the round, half on SQLite and half on PostgreSQL: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.row import Row
from tests.parts.postgres import LASTING, run_server

__all__ = ["measure"]

KILLS = 250


def measure(folder: Path) -> Iterator[Row]:
    yield _killed("SQLite", folder, lambda _: "")
    with run_server(*LASTING) as url:
        yield _killed("PostgreSQL", folder, lambda number: _database(url, number))


def _database(url: str, number: int) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE killed{number}")
    return url.rpartition("/")[0] + f"/killed{number}"


def _killed(name: str, folder: Path, database) -> Row:
    killed, broken, number = 0, [], 0
    while killed < KILLS:
        number += 1
        home = folder / f"stops-{name}-{number}"
        environment = os.environ | {"TOIMIVA_DATABASE_URL": database(number)}
        done = subprocess.run(
            [sys.executable, "-m", "tests.parts.killing", str(home), "40", str(number)],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        result = json.loads(done.stdout.splitlines()[-1])
        killed += result["killed"]
        broken += result["broken"]
    return Row(f"faults after {killed} kills, {name}", len(broken), 1, "faults", 0.0)
