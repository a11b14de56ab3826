"""Running our own command in a home of its own, with time and peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["toimiva"]


def toimiva(home: Path, *arguments: str, database: str = "") -> tuple[float, float, str]:
    """(seconds, peak memory in GB of the largest child so far, stdout). Raises CalledProcessError on failure."""
    environment = os.environ | {"TOIMIVA_HOME": str(home), "TOIMIVA_DATABASE_URL": database}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "toimiva.project.cli", *arguments],
        check=True,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return time.perf_counter() - started, peak, done.stdout
