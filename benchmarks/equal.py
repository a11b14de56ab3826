"""Generated models and rows, by the interpreter and by DuckDB: the property tests with many more examples.

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
TESTS = Path(__file__).parent.parent / "tests" / "engines" / "test_columnar_equals_interpreter.py"


def measure(folder: Path) -> Iterator[Row]:
    """How many of the two properties fail (none may)."""
    environment = os.environ | {"TOIMIVA_MODELS": str(MODELS)}
    arguments = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--timeout", "3600", str(TESTS), "-k", "same_in_sql"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout[-4000:])
    failed = done.stdout.count("FAILED ")
    if done.returncode and not failed:
        raise RuntimeError(done.stdout + done.stderr)
    title = f"differences over {MODELS:,} generated expressions and {MODELS // 2:,} tables, up to 30 rows each"
    yield Row(title, failed, 0.5, "differences")
