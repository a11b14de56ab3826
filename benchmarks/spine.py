"""City creation, the whole round, and snapshot to outbox against a hand-written script."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.command import toimiva
from benchmarks.row import Row

__all__ = ["helsinki", "measure"]

OFFICIAL = ("--official", "Bench", "--role", "Bench")


def helsinki(folder: Path) -> tuple[Path, float]:
    """A home with Helsinki signed off and no round yet, and the seconds its creation took (0 when it was there)."""
    home = folder / "helsinki"
    if home.exists():
        return home, 0.0
    seconds, _, _ = toimiva(home, "city", "create", "helsinki")
    toimiva(home, "service", "sign", "preschool", *OFFICIAL)
    return home, seconds


def measure(folder: Path) -> Iterator[Row]:
    home, creation = helsinki(folder)
    if creation:
        yield Row("city creation, 663,237 residents", creation, 60, "s")
    peers = [_hand_written(home, folder) for _ in range(3)]
    runs = []
    for number in range(3):
        copy = folder / f"spine-{number}"
        shutil.copytree(home, copy)
        _, _, out = toimiva(copy, "round", "run", "preschool", "--json")
        seconds = json.loads(out)["seconds"]
        runs.append(seconds["prepare"] + seconds["offer"])
    yield Row("snapshot to offers in the outbox (median of 3)", sorted(runs)[1], 10, "s")
    yield Row("the same against a hand-written script (median of 3)", sorted(runs)[1], sorted(peers)[1], "s", 1.5)
    whole = folder / "whole"
    shutil.copytree(home, whole)
    _, peak, out = toimiva(whole, "round", "run", "preschool", "--simulate-replies", "--json")
    summary = json.loads(out)
    yield Row("whole round, simulated replies, decisions, PDFs", summary["seconds"]["total"], 60, "s")
    yield Row("peak memory of it", peak, 1.5, "GB")
    replay, _, _ = toimiva(whole, "decision", "replay", "--round", summary["round"])
    yield Row(f"replay of its {summary['decisions']} decisions", replay, summary["seconds"]["total"], "s")


def _hand_written(home: Path, folder: Path) -> float:
    target = folder / "peer.sqlite3"
    target.unlink(missing_ok=True)
    script = Path(__file__).with_name("hand_written.py")
    done = subprocess.run(
        [sys.executable, str(script), str(home / "lake" / "helsinki"), str(target)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)
