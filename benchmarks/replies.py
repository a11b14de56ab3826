"""A hundred replies a second for half a minute, with a live worker: from storing a reply to its confirmation."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.command import toimiva
from benchmarks.row import Row
from benchmarks.spine import OFFICIAL, helsinki
from tests.parts.postgres import LASTING, find_server, run_server

__all__ = ["measure"]


def measure(folder: Path) -> Iterator[Row]:
    home, _ = helsinki(folder)
    copy = folder / "replies-sqlite"
    shutil.copytree(home, copy)
    yield _row("SQLite", _under_load(copy, ""))
    if find_server() is None:
        print("PostgreSQL is not installed: its line is left out.", file=sys.stderr)
        return
    with run_server(*LASTING) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE replies")
        database = url.rpartition("/")[0] + "/replies"
        other = folder / "replies-postgres"
        toimiva(other, "city", "create", "helsinki", database=database)
        toimiva(other, "service", "sign", "preschool", *OFFICIAL, database=database)
        yield _row("PostgreSQL", _under_load(other, database))


def _row(name: str, p99: float) -> Row:
    return Row(f"reply to confirmation in the outbox, p99, 100 replies/s, {name}", p99, 1.0, "s")


def _under_load(home: Path, database: str) -> float:
    environment = os.environ | {"TOIMIVA_HOME": str(home), "TOIMIVA_DATABASE_URL": database}
    toimiva(home, "round", "run", "preschool", "--json", database=database)
    worker = subprocess.Popen([sys.executable, "-m", "toimiva.project.cli", "work"], env=environment)
    try:
        load = subprocess.run(
            [sys.executable, "-m", "benchmarks.reply_load"], env=environment, check=True, capture_output=True, text=True
        )
    finally:
        worker.terminate()
        worker.wait()
    return float(json.loads(load.stdout)["p99"])
