"""Compile the translations (.po) of the pages to what Django reads (.mo)."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

for source in sorted(Path("toimiva").rglob("*.po")):
    with source.open("rb") as file, source.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(file))
