"""City creation, the whole round, and snapshot to outbox against a hand-written script."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.command import toimiva
from benchmarks.row import Row

__all__ = ["helsinki", "measure"]

# What both must have written, whoever wrote it.
SAME = (
    "SELECT person, child_name, unit, \"group\", travel_m, nearby, starts, json_extract(basis, '$.facts') "
    "FROM offers_offer ORDER BY person",
    "SELECT offer_id, guardian, name, language, phone, email, postal_address, token FROM offers_recipient ORDER BY token",
    "SELECT key, channel, person, language, address, subject, text FROM channels_message ORDER BY key",
    "SELECT person, reason, facts FROM cases_case ORDER BY person, reason",
    'SELECT unit, "group", capacity, taken FROM offers_seat ORDER BY unit, "group"',
)
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
    ours, peers = zip(*(_pair(home, folder, number) for number in range(5)), strict=True)
    yield Row("snapshot to offers in the outbox (median of 5)", sorted(ours)[2], 10, "s")
    yield Row("the same against a hand-written script with the same rows", sorted(ours)[2], sorted(peers)[2], "s", 1.5)
    whole = folder / "whole"
    shutil.copytree(home, whole)
    _, peak, out = toimiva(whole, "round", "run", "preschool", "--simulate-replies", "--json")
    summary = json.loads(out)
    yield Row("whole round, simulated replies, decisions, PDFs", summary["seconds"]["total"], 60, "s")
    yield Row("peak memory of it", peak, 1.5, "GB")
    replay, _, _ = toimiva(whole, "decision", "replay", "--round", summary["round"])
    yield Row(f"replay of its {summary['decisions']} decisions", replay, summary["seconds"]["total"], "s")


def _pair(home: Path, folder: Path, number: int) -> tuple[float, float]:
    """Seconds of ours and of the peer, one after the other on copies of one home, once their rows are the same."""
    ours, peer = (Path(shutil.copytree(home, folder / f"{name}-{number}")) for name in ("ours", "peer"))
    _, _, out = toimiva(ours, "round", "run", "preschool", "--json")
    seconds = json.loads(out)["seconds"]
    script = Path(__file__).with_name("hand_written.py")
    done = subprocess.run([sys.executable, str(script), str(peer)], check=True, capture_output=True, text=True)
    for query in SAME:
        if _rows(ours, query) != _rows(peer, query):
            raise SystemExit(f"The hand-written script gives other rows than Toimiva: {query}")
    return seconds["prepare"] + seconds["offer"], float(done.stdout)


def _rows(home: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(home / "toimiva.sqlite3")) as database:
        return database.execute(query).fetchall()
