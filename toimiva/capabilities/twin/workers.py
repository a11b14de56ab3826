"""Other processes for large models: as many as there are processors, forked from one that has the libraries at hand."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.forkserver import ensure_running
from typing import TypeVar

__all__ = ["begin", "count", "in_order", "pool"]

Job = TypeVar("Job")
Done = TypeVar("Done")
_AT_HAND = ["toimiva.capabilities.twin.rows", "toimiva.capabilities.twin.meshing"]


def count() -> int:
    """How many processes work at once."""
    return len(os.sched_getaffinity(0))


def begin() -> None:
    """Let the process that others are forked from load its libraries while there is something else to do."""
    multiprocessing.set_forkserver_preload(_AT_HAND)
    ensure_running()


def pool() -> ProcessPoolExecutor:
    """A pool to use in a `with`. What it is given to do is in modules without Django."""
    begin()
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(count(), mp_context=context, initializer=gc.freeze)  # libraries are not looked through


def in_order(work: Callable[[Job], Done], jobs: Iterable[Job]) -> Iterator[Done]:
    """What is done of each job, in their order; a few wait at a time."""
    waiting: deque[Future[Done]] = deque()
    with pool() as processes:
        for job in jobs:
            waiting.append(processes.submit(work, job))
            if len(waiting) > 2 * count():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
