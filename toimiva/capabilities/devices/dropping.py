"""Files that a gateway drops into a folder: CSV with a device, a time and its fields, each file taken once and moved.

A line that cannot be is written into `refused/` with its number and the reason, and the others are taken. A stop
between does no harm: a file that is taken again brings nothing twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.networks import read_time
from toimiva.capabilities.devices.taking import keep_lines
from toimiva.core.errors import Invalid, NotFound, ToimivaError

__all__ = ["QUIET", "Dropped", "take_dropped"]

QUIET = 2.0  # seconds that a file is left alone after it was last written
_AT_ONCE = 20_000
_OWN = ("device", "time")
Line = Mapping[str, str | None]


@dataclass(slots=True)
class Dropped:
    """A file that was taken: how many lines it had, how many observations were new, what was refused by its line."""

    name: str
    lines: int = 0
    new: int = 0
    refused: dict[int, str] = field(default_factory=dict)


def take_dropped(folder: Path, *, quiet: float = QUIET) -> list[Dropped]:
    """Take what lies in the folder, oldest first. Raises NotFound for a folder that is not there."""
    if not folder.is_dir():
        raise NotFound(
            what=f"There is no folder {folder}.", mend="Make it, or name the one that the gateway writes to."
        )
    ready = [one for one in folder.glob("*.csv") if time.time() - one.stat().st_mtime >= quiet]
    return [_take(one) for one in sorted(ready, key=lambda one: one.stat().st_mtime)]


def _take(path: Path) -> Dropped:
    told = Dropped(path.name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            _take_lines(file, told)
    except (Invalid, UnicodeDecodeError, csv.Error) as error:
        told.refused[1] = f"The file cannot be read: {error}"
        _move(path, "refused")
    else:
        _move(path, "taken")
    if told.refused:
        _tell(path, told)
    return told


def _take_lines(file: Iterator[str], told: Dropped) -> None:
    head = next(file, "")
    names = [name.strip() for name in next(csv.reader([head], delimiter=_separator(head)), [])]
    if not {*_OWN} <= {*names} or len({*names}) < len(names):
        what = f"Its first line is {head.strip()[:100]!r}."
        raise Invalid(what=what, mend="Begin with device, time and the fields of the device's type, each once.")
    reader = csv.DictReader(file, names, delimiter=_separator(head))
    numbered = enumerate(reader, start=2)
    while some := list(islice(numbered, _AT_ONCE)):
        told.lines += len(some)
        _take_some(some, told, comma=_separator(head) == ";")


def _separator(head: str) -> str:
    """A semicolon where spreadsheets write numbers with a comma."""
    return ";" if ";" in head else ","


def _take_some(some: Sequence[tuple[int, Line]], told: Dropped, *, comma: bool) -> None:
    by_device: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    for number, line in some:
        by_device[(line.get("device") or "").strip().lower()].append((number, line))
    known = {one.number: one for one in Device.objects.filter(number__in=by_device, ended=None)}
    for name, lines in by_device.items():
        if name not in known:
            told.refused |= {number: f"There is no device {name[:40]!r}." for number, _ in lines}
            continue
        read = {}
        for number, line in lines:
            try:
                read[number] = _read(line, comma=comma)
            except ValueError as error:
                told.refused[number] = str(error)
        try:
            kept = keep_lines(known[name], read)
        except ToimivaError as error:  # of one device, as that its type is gone: the others are taken
            told.refused |= dict.fromkeys(read, str(error))
            continue
        told.new += kept.new
        told.refused |= kept.refused


def _read(line: Line, *, comma: bool) -> tuple[dt.datetime, dict[str, float]]:
    """When, and what. Raises ValueError."""
    if None in line or None in line.values():
        raise ValueError("It has not as many values as the first line has names.")
    at = read_time(line["time"])
    if at is None:
        raise ValueError("It has no time.")
    given = {name: text.strip() for name, text in line.items() if name not in _OWN and text and text.strip()}
    return at, {name: _number(name, text.replace(",", ".") if comma else text) for name, text in given.items()}


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} is no number: {text[:40]!r}.")
    return number


def _move(path: Path, where: str) -> None:
    """Beside, under its own name; an earlier file of that name stays, and this one gets a number."""
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        target, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
    path.rename(target)


def _tell(path: Path, told: Dropped) -> None:
    """What was refused, by line."""
    folder = path.parent / "refused"
    folder.mkdir(exist_ok=True)
    with (folder / f"{path.stem}.why.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("line", "why"), *sorted(told.refused.items())])
