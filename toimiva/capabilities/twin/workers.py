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

__all__ = ["alone", "begin", "count", "in_order", "pool"]

Job = TypeVar("Job")
Done = TypeVar("Done")
_ERRORS = 2  # the file descriptor
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


def alone(work: Callable[..., Done], *given: object) -> Done:
    """What is done by a process of its own, so that a library which falls over a file takes nothing else with it.
    Raises BrokenProcessPool where it does."""
    begin()
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_quietly) as process:
        return process.submit(work, *given).result()


def _quietly() -> None:
    """What a library says as it falls is of no use to who brought the file."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), _ERRORS)
