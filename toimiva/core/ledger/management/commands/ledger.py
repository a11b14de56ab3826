"""`toimiva ledger verify|receipt`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.core.ledger import api as ledger


class Command(BaseCommand):
    help = "Verify the ledger, and give and check receipts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="exits 1 and names the first entry that does not hold")
        verify.add_argument("--receipt", type=Path, help="check a receipt's file instead")
        verify.add_argument("--json", action="store_true", dest="as_json")
        receipt = verbs.add_parser("receipt", help="proof that an entry is in the ledger, as JSON")
        receipt.add_argument("entry", type=int)

    def handle(self, *, verb: str, **options: Any) -> None:
        getattr(self, f"_{verb}")(**options)

    def _receipt(self, *, entry: int, **_: Any) -> None:
        self.stdout.write(json.dumps(ledger.receipt(entry), ensure_ascii=False))

    def _verify(self, *, receipt: Path | None, as_json: bool, **_: Any) -> None:
        if receipt is not None:
            self._verify_receipt(receipt)
            return
        verdict = ledger.verify_all()
        if as_json:
            self.stdout.write(json.dumps({"entries": verdict.entries, "root": verdict.root, "fault": verdict.fault}))
        elif verdict.fault is None:
            self.stdout.write(f"The ledger holds: {verdict.entries} entries, root {verdict.root}.")
        if verdict.fault is not None:
            entry, reason = verdict.fault
            self.stderr.write(f"Entry {entry} does not hold: {reason}. Restore the ledger from a backup.")
            sys.exit(1)

    def _verify_receipt(self, path: Path) -> None:
        if ledger.check_receipt(json.loads(path.read_text(encoding="utf-8"))):
            self.stdout.write("The receipt holds.")
            return
        self.stderr.write("The receipt does not prove its entry under a published root.")
        sys.exit(1)
