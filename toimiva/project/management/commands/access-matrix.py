# ruff: noqa: N999 - the command has a hyphen
"""`toimiva access-matrix`: every address and operation by role, as declared and as tried."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.project.access import ACCESS
from toimiva.project.matrix import Cell, matrix


class Command(BaseCommand):
    help = "Every address and operation by role: who may open it, as declared and as tried. Exit 1 where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on stdout")

    def handle(self, *, as_json: bool, **_: Any) -> None:
        cells = list(matrix())
        differing = [cell for cell in cells if cell.declared != cell.tried]
        self.stdout.write(_as_json(cells, differing) if as_json else _as_text(cells, differing))
        if differing:
            sys.exit(1)


def _as_json(cells: list[Cell], differing: list[Cell]) -> str:
    rows = [
        {
            "address": cell.address,
            "audience": ACCESS.get(cell.address),
            "role": cell.role,
            "declared": cell.declared,
            "tried": cell.tried,
        }
        for cell in cells
    ]
    return json.dumps({"cells": rows, "differences": len(differing)}, indent=1)


def _as_text(cells: list[Cell], differing: list[Cell]) -> str:
    may: dict[str, list[str]] = {}
    for cell in cells:
        may.setdefault(cell.address, []).extend([cell.role] if cell.tried == "open" else [])
    lines = [f"/{address}: {ACCESS.get(address)} ({', '.join(roles) or 'nobody'})" for address, roles in may.items()]
    lines += [f"/{c.address}: {c.role} is declared {c.declared} and found {c.tried}" for c in differing]
    return "\n".join([*lines, f"{len(cells)} cells, {len(differing)} differences."])
