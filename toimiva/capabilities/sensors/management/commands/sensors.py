"""`toimiva sensors load`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.sensors.loading import load_folder


class Command(BaseCommand):
    help = "Sensors and their observations from files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="every file below a folder; loaded again, nothing is doubled")
        load.add_argument("folder", type=Path)
        load.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, folder: Path, as_json: bool, **_: Any) -> None:
        loaded = []
        for one in load_folder(folder):
            loaded.append(one)
            if one.fault:
                self.stderr.write(f"{one.file} was not loaded: {one.fault}")
            elif not as_json:
                self.stdout.write(f"{one.file}: {one.thing}, {one.observations} new observations")
        if as_json:
            total = sum(one.observations for one in loaded)
            self.stdout.write(json.dumps({"observations": total, "files": [asdict(one) for one in loaded]}))
        if any(one.fault for one in loaded):
            sys.exit(1)
