"""Progress of long commands: a bar on a terminal, a plain line a stage elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

__all__ = ["stages"]


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """A function to call with the name of each stage as it begins."""
    started = time.perf_counter()
    bar = tqdm(file=sys.stderr, bar_format="{desc} [{elapsed}]", leave=False) if sys.stderr.isatty() else None

    def step(name: str) -> None:
        if bar is not None:
            bar.set_description_str(name)
        else:
            print(f"{time.perf_counter() - started:6.1f} s  {name}", file=sys.stderr, flush=True)

    yield step
    if bar is not None:
        bar.close()
