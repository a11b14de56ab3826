"""Proofs of inclusion hold, and nothing else does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from toimiva.engines.merkle.api import EMPTY_ROOT, Proof, leaf_hash, prove, root, verify

entries = st.lists(st.binary(max_size=8), min_size=1, max_size=40, unique=True)


def test_the_roots_are_those_of_rfc_6962():
    """Test vectors of the certificate-transparency project (merkletree tests)."""
    leaves = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243")]
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root([leaf_hash(leaves[0])]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert (
        root([leaf_hash(x) for x in leaves[:2]]).hex()
        == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )


@given(entries, st.data())
def test_a_proof_proves_its_entry_only(items, data):
    leaves = [leaf_hash(item) for item in items]
    index = data.draw(st.integers(0, len(leaves) - 1))

    proof = prove(leaves, index)

    assert verify(leaves[index], proof, root(leaves))
    assert not verify(leaf_hash(b"forged" + items[index]), proof, root(leaves))
    assert not verify(leaves[index], Proof(proof.index + 1, proof.size, proof.path), root(leaves)) or len(leaves) == 1
    if proof.path:
        flipped = (bytes([proof.path[0][0] ^ 1]) + proof.path[0][1:], *proof.path[1:])
        assert not verify(leaves[index], Proof(index, proof.size, flipped), root(leaves))
