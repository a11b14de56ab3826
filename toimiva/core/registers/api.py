"""Registers: contracts, deliveries into the lake, snapshots. Persons are pseudonyms (16 hexadecimal characters)."""

from __future__ import annotations

from toimiva.core.registers.contracts import Contract, FieldRule, Table, contract, contracts, table
from toimiva.core.registers.deliveries import Outcome, begin_own, newest_deliveries, receive, receive_folder
from toimiva.core.registers.pseudonyms import pseudonym
from toimiva.core.registers.rules import is_identity_code
from toimiva.core.registers.sealing import unseal, unseal_all
from toimiva.core.registers.snapshots import Pinned, get_snapshot, take_snapshot, verify_snapshot

__all__ = [
    "Contract", "FieldRule", "Outcome", "Pinned", "Table", "begin_own", "contract", "contracts", "get_snapshot",
    "is_identity_code", "newest_deliveries", "pseudonym", "receive", "receive_folder", "table", "take_snapshot",
    "unseal", "unseal_all", "verify_snapshot",
]  # fmt: skip
