"""`toimiva ledger verify|receipt|key|witness`."""

from __future__ import annotations

import base64
import json
import re
import secrets
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.core.errors import Conflict
from toimiva.core.ledger import api as ledger


class Command(BaseCommand):
    help = "Verify the ledger, give and check receipts, make keys for its roots, and be a witness of another's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="exits 1 and names the first entry that does not hold")
        verify.add_argument("--receipt", type=Path, help="check a receipt's file instead")
        verify.add_argument("--json", action="store_true", dest="as_json")
        receipt = verbs.add_parser("receipt", help="proof that an entry is in the ledger, as JSON")
        receipt.add_argument("entry", type=int)
        key = verbs.add_parser("key", help="a new key to sign roots with: its secret to FILE, its public half printed")
        key.add_argument("name", help="whose it is and since when, as city.example/2027")
        key.add_argument("file", type=Path)
        witness = verbs.add_parser("witness", help="look at a city's roots, and sign what has only grown")
        witness.add_argument("city", help="the city's address, as https://city.example")
        witness.add_argument("--key", type=Path, required=True, help="the file of `toimiva ledger key`")
        witness.add_argument("--memory", type=Path, required=True, help="the file that remembers what was seen")
        witness.add_argument(
            "--city-key", action="append", default=[], dest="city_keys",
            help="a verifier key that the city told of itself: its signature is asked for; again for each earlier key",
        )  # fmt: skip

    def handle(self, *, verb: str, **options: Any) -> None:
        getattr(self, f"_{verb}")(**options)

    def _receipt(self, *, entry: int, **_: Any) -> None:
        self.stdout.write(json.dumps(ledger.receipt(entry), ensure_ascii=False))

    def _key(self, *, name: str, file: Path, **_: Any) -> None:
        if file.exists():
            raise Conflict(what=f"{file} is there already.", mend="Give another file: a key is never written over.")
        if not re.fullmatch(r"[\w./-]{1,80}", name):
            raise Conflict(
                what=f"{name!r} is no name for a key.", mend="Use letters, digits and . / - as city.example/2027."
            )
        signer = ledger.Signer(name, secrets.token_bytes(32))
        file.touch(mode=0o600)
        file.write_text(f"{name}:{base64.b64encode(signer.secret).decode()}\n", encoding="utf-8")
        self.stdout.write(signer.verifier.text)

    def _witness(self, *, city: str, key: Path, memory: Path, city_keys: list[str], **_: Any) -> None:
        signer = ledger.Signer.parse(key.read_text(encoding="utf-8"))
        days = ledger.witness(city.rstrip("/"), signer, memory, city_keys=city_keys)
        self.stdout.write(f"Signed {len(days)} days{': ' + ', '.join(days) if days else ''}.")

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
