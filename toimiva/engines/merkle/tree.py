"""Merkle trees and inclusion proofs as in RFC 6962, section 2.1 (SHA-256, domain-separated leaves and nodes)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["EMPTY_ROOT", "Proof", "leaf_hash", "prove", "root", "verify"]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf: SHA-256(0x00 || data), so that a leaf can never pass for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (RFC 6962's k)."""
    return 1 << ((size - 1).bit_length() - 1)


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes (32 bytes each), in the order given; `EMPTY_ROOT` where there are none."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:  # pairing level by level gives RFC 6962's shape: a lone last node moves up as it is
        paired = [_node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


@dataclass(frozen=True, slots=True)
class Proof:
    """That the leaf at `index` of `size` leaves is under a root; `path` goes from the leaf upwards."""

    index: int
    size: int
    path: tuple[bytes, ...]


def prove(leaves: Sequence[bytes], index: int) -> Proof:
    """Inclusion proof of the leaf at `index`. Raises IndexError outside the leaves."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    return Proof(index, len(leaves), tuple(_path(index, leaves)))


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*_path(index, leaves[:k]), root(leaves[k:])]
    return [*_path(index - k, leaves[k:]), root(leaves[:k])]


def verify(leaf: bytes, proof: Proof, expected_root: bytes) -> bool:
    """Whether `leaf` (a leaf hash) is under `expected_root` (RFC 9162, 2.1.3.2); needs only the proof."""
    if not 0 <= proof.index < proof.size:
        return False
    index, last, digest = proof.index, proof.size - 1, leaf
    for sibling in proof.path:
        if last == 0:
            return False
        if index & 1 or index == last:
            digest = _node_hash(sibling, digest)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            digest = _node_hash(digest, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and digest == expected_root
