"""Letters as files: a day's folder has a PDF a letter and a list of addresses."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

__all__ = ["ADDRESSES", "file_name", "folder_of", "forget_letters"]

ADDRESSES = "addresses.csv"


def folder_of(day: str) -> Path:
    """A day's folder."""
    return Path(settings.HOME) / "letters" / day


def file_name(key: str) -> str:
    """A letter's file, made of its message's key."""
    return f"{key.replace('/', '-')}.pdf"


def forget_letters(keys: Collection[str]) -> None:
    """Delete these letters and their lines of the address lists; done again, it changes nothing."""
    names = {file_name(key) for key in keys}
    if not names:
        return
    for listed in sorted(folder_of("").glob(f"*/{ADDRESSES}")):
        _strike(listed, names)
        for name in names:
            (listed.parent / name).unlink(missing_ok=True)


def _strike(listed: Path, names: Collection[str]) -> None:
    with listed.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    kept = [row for row in rows if row[0] not in names]
    if len(kept) < len(rows):
        part = listed.with_suffix(".part")
        with part.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(kept)
        os.replace(part, listed)
