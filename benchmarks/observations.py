"""A store of a hundred million observations on PostgreSQL: how fast what is asked of it is answered, by HTTP.

The store is filled by SQL, with the triggers, indexes and spans that the platform would have made; what is measured is
asked as anybody would ask it. Not among those that run when none is named: it takes half an hour and 20 GB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.row import Row
from tests.parts.postgres import LASTING, find_server, run_server

__all__ = ["measure"]

COUNT = int(os.environ.get("OBSERVATIONS", "100000000"))


def measure(folder: Path) -> Iterator[Row]:
    if find_server() is None:
        print("PostgreSQL is not installed.", file=sys.stderr)
        return
    home = folder / "observations"
    home.mkdir()
    with run_server(*LASTING) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "benchmarks.observation_load", str(COUNT)], check=True, text=True,
            stdout=subprocess.PIPE, env=os.environ | {"TOIMIVA_HOME": str(home), "TOIMIVA_DATABASE_URL": url},
        )  # fmt: skip
    told = json.loads(done.stdout)
    of = f"of {told['rows']:,} observations and {told['streams']:,} datastreams, PostgreSQL"
    yield Row(f"newest values of a page of 1,000 datastreams, {of}", told["latest"] * 1e3, 50, "ms")
    yield Row(f"a day of one datastream ({told['day_rows']} rows), {of}", told["day"] * 1e3, 20, "ms")
    yield Row(f"an exact count over a filter within a datastream, {of}", told["count"] * 1e3, 200, "ms")
    yield Row(f"an estimated count over a filter of all, {of}", told["estimate"] * 1e3, 200, "ms")
    yield Row(f"mean by hour of a year of 500 datastreams ({told['hours']:,} hours), {of}", told["year"], 1, "s")
