"""`toimiva backup key|create|restore`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from toimiva.core.errors import Conflict
from toimiva.project import backup


class Command(BaseCommand):
    help = "Back up the database and the home, encrypted; restore into an empty installation, and prove it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        key = verbs.add_parser("key", help="a new key: the secret goes to a file, what backups are made for to stdout")
        key.add_argument("file", type=Path, help="where the secret goes; keep it where the city keeps its secrets")
        create = verbs.add_parser("create", help="write a backup for TOIMIVA_BACKUP_RECIPIENT")
        create.add_argument("file", type=Path)
        restore = verbs.add_parser(
            "restore", help="into an empty home and database; exits 1 where the ledger does not hold"
        )
        restore.add_argument("file", type=Path)
        restore.add_argument("--key", type=Path, required=True, help="the file with the secret")

    def handle(self, *, verb: str, file: Path, **options: Any) -> None:
        getattr(self, f"_{verb}")(file, **options)

    def _key(self, file: Path, **_: Any) -> None:
        if file.exists():
            raise Conflict(what=f"{file} is there already.", mend="Name another file: a lost key is lost backups.")
        identity, recipient = backup.new_identity()
        file.touch(mode=0o600)
        file.write_text(f"{identity}\n")
        self.stdout.write(recipient)

    def _create(self, file: Path, **_: Any) -> None:
        self.stdout.write(json.dumps(backup.create(file, settings.BACKUP_RECIPIENT)))

    def _restore(self, file: Path, *, key: Path, **_: Any) -> None:
        verdict = backup.restore(file, key.read_text())
        if verdict.fault:
            self.stderr.write("Entry {} does not hold: {}".format(*verdict.fault))
            sys.exit(1)
        self.stdout.write(f"Restored. The ledger holds: {verdict.entries} entries.")
