"""The ledger: append-only, hash-chained record of who did what to whose data and why.

Entries are added in the caller's transaction, so that what is done and what is written of it cannot part.
"""

from __future__ import annotations

from toimiva.core.ledger.chain import NewEntry, append, append_many, canonical
from toimiva.core.ledger.notes import Signer, Verifier
from toimiva.core.ledger.reading import Content, Tally, about, contains, count, head, of_everyone, of_kind, tally
from toimiva.core.ledger.signing import published_keys
from toimiva.core.ledger.verifying import (
    Verdict,
    check_receipt,
    close_days,
    current_root,
    published_roots,
    receipt,
    receipt_about,
    receipts_about,
    verify_all,
)
from toimiva.core.ledger.witnessing import witness

__all__ = [
    "Content", "NewEntry", "Signer", "Tally", "Verdict", "Verifier", "about", "append", "append_many", "canonical",
    "check_receipt", "close_days", "contains", "count", "current_root", "head", "of_everyone", "of_kind",
    "published_keys", "published_roots", "receipt", "receipt_about", "receipts_about", "tally", "verify_all", "witness",
]  # fmt: skip
