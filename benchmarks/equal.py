"""Generated models and rows, by the interpreter, by DuckDB and by Spark: the property tests with many more examples.

A difference is shrunk by Hypothesis and printed as a model that one can open.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row

__all__ = ["measure"]

MODELS = 8_000  # expressions, and half as many tables; at about ten rows each, over 100,000 pairs
BATCHES = 800  # of 5 to 15 expressions, and half as many of tables, each in one query on Spark
TESTS = Path(__file__).parent.parent / "tests" / "engines"


def measure(folder: Path) -> Iterator[Row]:
    """How many of the properties fail (none may)."""
    title = f"differences over {MODELS:,} generated expressions and {MODELS // 2:,} tables, up to 30 rows each"
    yield Row(title, _failures("test_columnar_equals_interpreter.py", "same_in_sql"), 0.5, "differences")
    title = f"the same on Spark, {BATCHES:,} batches of 5 to 15 expressions and {BATCHES // 2:,} of 4 to 10 tables"
    yield Row(title, _failures("test_spark.py", "same_on_spark"), 0.5, "differences")


def _failures(file: str, which: str) -> int:
    environment = os.environ | {"TOIMIVA_MODELS": str(MODELS), "TOIMIVA_BATCHES": str(BATCHES)}
    arguments = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--timeout", "7200", str(TESTS / file), "-k", which]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout[-4000:])
    failed = done.stdout.count("FAILED ")
    if done.returncode and not failed:
        raise RuntimeError(done.stdout + done.stderr)
    return failed
