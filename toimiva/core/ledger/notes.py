"""Signed notes: a day's root as text, with a line for each signature (the form of the C2SP signed-note specification).

    toimiva ledger root v1
    https://city.example
    2027-01-11
    1 5491
    <root, hexadecimal digits>

    — city.example/2027 <base64 of the key's hash and an Ed25519 signature (RFC 8032) over the text>

A key is told as `name+hash+base64`: the verifier key of the specification.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from toimiva.core.errors import Fault, Invalid

__all__ = ["Signer", "Verifier", "note_of", "root_text", "signature_line"]

_ED25519 = b"\x01"
_DASH = "\u2014"  # em dash, as the specification writes it


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """As it is told to others."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    def holds(self, text: str, signature: str) -> bool:
        """Whether the signature (base64, with the key's hash before it) is by this key over the text."""
        try:
            raw = base64.b64decode(signature, validate=True)
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw[4:], text.encode())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return raw[:4] == self.id

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """From `name+hash+base64`. Raises Invalid for anything else."""
        name, _, rest = text.strip().partition("+")
        digits, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raw = b""
        found = cls(name, raw[1:])
        if not name or raw[:1] != _ED25519 or len(raw) != 33 or found.id.hex() != digits:
            fault = Fault("key", 1, f"{text[:80]!r}", "Copy it whole, as `toimiva ledger key` printed it.")
            raise Invalid(what="This is not a key of a ledger.", faults=[fault])
        return found


@dataclass(frozen=True, slots=True)
class Signer:
    """A secret key with its name; told as `name:base64` of its 32 bytes."""

    name: str
    secret: bytes

    @property
    def verifier(self) -> Verifier:
        """Its public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.secret).public_key()
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return Verifier(self.name, public.public_bytes(*raw))

    def sign(self, text: str) -> str:
        """A signature over the text, in base64 with the key's hash before it."""
        made = Ed25519PrivateKey.from_private_bytes(self.secret).sign(text.encode())
        return base64.b64encode(self.verifier.id + made).decode()

    @classmethod
    def parse(cls, text: str) -> Signer:
        """From `name:base64`. Raises Invalid without telling any of it."""
        name, _, encoded = text.strip().rpartition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            secret = b""
        if not name or len(secret) != 32:
            raise Invalid(what="A ledger key cannot be read.", mend="Make one by `toimiva ledger key NAME`.")
        return cls(name, secret)


def root_text(origin: str, day: str, first: int, last: int, root: str) -> str:
    """What is signed of a day."""
    return f"toimiva ledger root v1\n{origin}\n{day}\n{first} {last}\n{root}\n"


def signature_line(name: str, signature: str) -> str:
    """A signature as it stands below the text."""
    return f"{_DASH} {name} {signature}\n"


def note_of(text: str, signatures: list[tuple[str, str]]) -> str:
    """The text with its signatures as (name, base64)."""
    return f"{text}\n{''.join(signature_line(name, signature) for name, signature in signatures)}"
