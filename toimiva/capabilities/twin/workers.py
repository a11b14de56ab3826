"""Other processes for large models: as many as there are processors, forked from one that has the libraries at hand."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

__all__ = ["count", "pool"]

_AT_HAND = ["toimiva.capabilities.twin.rows", "toimiva.capabilities.twin.meshing"]


def count() -> int:
    """How many processes work at once."""
    return len(os.sched_getaffinity(0))


def pool() -> ProcessPoolExecutor:
    """A pool to use in a `with`. What it is given to do is in modules without Django."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_AT_HAND)
    return ProcessPoolExecutor(count(), mp_context=context)
