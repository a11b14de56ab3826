"""Merkle trees, RFC 6962."""

from __future__ import annotations

from toimiva.engines.merkle.tree import EMPTY_ROOT, Proof, leaf_hash, prove, root, verify

__all__ = ["EMPTY_ROOT", "Proof", "leaf_hash", "prove", "root", "verify"]
