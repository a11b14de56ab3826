"""The same tests over a real PostgreSQL with PostGIS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.conftest import missing

HERE = Path(__file__).parent
FILES = (
    "test_entities.py", "test_queries.py", "test_writing.py", "test_in_bulk.py", "test_rollups.py", "test_archiving.py",
    "test_door.py", "test_tasking.py",
)  # fmt: skip


def test_all_of_it_holds_on_postgresql_too(postgres):
    with psycopg.connect(postgres.rpartition("/")[0] + "/template1", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone():
            missing("PostGIS", "install the package postgresql-postgis")
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:xdist", *(str(HERE / name) for name in FILES)],
        cwd=HERE.parent.parent, capture_output=True, text=True, timeout=900,
        env=os.environ | {"TOIMIVA_DATABASE_URL": postgres, "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
