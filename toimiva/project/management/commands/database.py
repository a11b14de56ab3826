"""`toimiva database wall`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.project.walls import build


class Command(BaseCommand):
    help = "The database's own wall around personal data (PostgreSQL)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        wall = verbs.add_parser("wall", help="close tables with people to all but their owner; a role reads the others")
        wall.add_argument(
            "--reader", default="toimiva_reader", help="the role for figures; grant it to whoever needs it"
        )
        wall.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, reader: str, as_json: bool, **_: Any) -> None:
        wall = build(reader)
        if as_json:
            self.stdout.write(json.dumps(wall))
        else:
            counts = (
                f"{len(wall['closed'])} tables are closed to all but their owner; {reader} reads {len(wall['open'])}"
            )
            self.stdout.write(f"{counts} others.")
