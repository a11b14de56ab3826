"""The database's own wall, on a real PostgreSQL: who reads figures sees no person, whatever is granted later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from toimiva.core.errors import Conflict
from toimiva.project.walls import build

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def town_on_postgresql(postgres, tmp_path):
    """Mallila with a round, in a database of its own; its address."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS walled")
        connection.execute("CREATE DATABASE walled")
    address = postgres.rpartition("/")[0] + "/walled"
    home = os.environ | {
        "TOIMIVA_DATABASE_URL": address,
        "TOIMIVA_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "toimiva.project.settings",
    }

    def toimiva(*arguments: str) -> str:
        command = [sys.executable, "-m", "toimiva.project.cli", *arguments]
        return subprocess.run(command, cwd=ROOT, env=home, capture_output=True, text=True, check=True).stdout

    toimiva("city", "create", "mallila")
    toimiva("service", "sign", "preschool", "--city", "mallila", "--official", "Maija Malli", "--role", "Head")
    toimiva("round", "run", "preschool", "--city", "mallila", "--simulate-replies")
    return address, json.loads(toimiva("database", "wall", "--json"))


def test_who_reads_figures_has_no_right_to_people_and_sees_none_where_one_is_granted(town_on_postgresql):
    address, wall = town_on_postgresql
    with psycopg.connect(address, autocommit=True) as connection:
        people = connection.execute("SELECT count(*) FROM offers_recipient").fetchone()[0]
        assert people > 0
        connection.execute("SET ROLE toimiva_reader")
        assert connection.execute("SELECT count(*) FROM rounds_round").fetchone()[0] == 1
        for table in wall["closed"]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f'SELECT * FROM "{table}"')

        connection.execute("RESET ROLE")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO toimiva_reader")  # a mistake
        connection.execute("SET ROLE toimiva_reader")
        seen = {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in wall["closed"]}
        assert set(seen.values()) == {0}


def test_every_table_with_people_is_behind_the_wall(town_on_postgresql):
    _address, wall = town_on_postgresql
    for table in (
        "offers_offer",
        "offers_recipient",
        "channels_message",
        "cases_case",
        "ledger_entry",
        "people_contact",
    ):
        assert table in wall["closed"]
    assert {"rounds_round", "sensors_observation", "registers_delivery"} <= set(wall["open"])


def test_a_database_without_roles_says_so(db):
    with pytest.raises(Conflict, match="no roles"):
        build("reader")
