"""Check a receipt of the ledger without trusting the city: Python's standard library only.

    python check_receipt.py RECEIPT.json ROOTS.json

ROOTS.json is what the city publishes at /api/v1/ledger/roots; keep copies of it as the days go by. The algorithm is in
docs/reference/receipts.md. Exit 0: the entry is in the ledger of its day. Exit 1: it is not.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path


def root_of(entry: str, index: int, size: int, path: list[str]) -> str:
    """The root that the entry and its path lead to (RFC 9162, section 2.1.3.2); empty where the path does not fit."""
    digest, last = hashlib.sha256(b"\x00" + entry.encode()).digest(), size - 1
    for sibling in map(bytes.fromhex, path):
        if last == 0:
            return ""
        if index % 2 or index == last:
            digest = hashlib.sha256(b"\x01" + sibling + digest).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            digest = hashlib.sha256(b"\x01" + digest + sibling).digest()
        index, last = index // 2, last // 2
    return digest.hex() if last == 0 else ""


def main(receipt_file: str, roots_file: str) -> int:
    """0 where the receipt holds, else 1."""
    receipt = json.loads(Path(receipt_file).read_text(encoding="utf-8"))
    days = json.loads(Path(roots_file).read_text(encoding="utf-8"))
    published = {day["day"]: (day["root"], day["last"] - day["first"] + 1) for day in days}
    found = root_of(receipt["entry"], receipt["index"], receipt["size"], receipt["path"])
    holds = 0 <= receipt["index"] < receipt["size"] and published.get(receipt["day"]) == (found, receipt["size"])
    print("The receipt holds." if holds else "The receipt does not hold.")
    return 0 if holds else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
