"""kill -9 at random points of the round: every message out once, no reply lost, one place a child, the ledger holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parent.parent.parent
KILLS = 22


def lived_through(home: Path, kills: int, seed: int, database: str = "") -> dict:
    environment = os.environ | {"TOIMIVA_DATABASE_URL": database}
    run = subprocess.run(
        [sys.executable, "-m", "tests.parts.killing", str(home), str(kills), str(seed)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def fresh_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return url.rpartition("/")[0] + f"/{name}"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict:
    result = lived_through(tmp_path_factory.mktemp("undisturbed"), 0, 1)
    assert result["broken"] == []
    return result["summary"]


def test_a_round_on_sqlite_killed_many_times_ends_as_if_nothing_had_happened(tmp_path, undisturbed):
    result = lived_through(tmp_path, KILLS, 7)

    assert result["killed"] >= 20
    assert result["broken"] == []
    assert result["summary"] == undisturbed


def test_a_round_on_postgresql_killed_many_times_ends_as_if_nothing_had_happened(tmp_path, postgres, undisturbed):
    result = lived_through(tmp_path, KILLS, 11, fresh_database(postgres, "killed"))

    assert result["killed"] >= 20
    assert result["broken"] == []
    assert result["summary"] == undisturbed
