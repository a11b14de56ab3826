"""Pseudonyms: what a person is called everywhere but in the identities table.

A keyed hash (BLAKE2b, 64 bits) of the identity code: the same person is the same pseudonym in every register, and
nobody without the key can go from one to the other. The key comes from TOIMIVA_PSEUDONYM_KEY; a synthetic city, which
has nobody to protect, derives it from its own name so that a seed always gives the same city.
"""

from __future__ import annotations

import hashlib

import polars as pl
from django.conf import settings

from toimiva.core.city.api import City
from toimiva.core.errors import NotAllowed

__all__ = ["pseudonym", "pseudonyms"]


def _key(city: City) -> bytes:
    if settings.PSEUDONYM_KEY:
        return hashlib.sha256(settings.PSEUDONYM_KEY.encode()).digest()
    if city.synthetic:
        return hashlib.sha256(f"synthetic {city.id}".encode()).digest()
    raise NotAllowed(
        what="Real registers cannot land without a pseudonym key.",
        mend="Set TOIMIVA_PSEUDONYM_KEY to a long random text and keep it where the city keeps its secrets.",
    )


def pseudonym(city: City, identity_code: str) -> str:
    """One person's pseudonym: 16 hexadecimal characters."""
    return hashlib.blake2b(identity_code.encode(), key=_key(city), digest_size=8).hexdigest()


def pseudonyms(city: City, codes: pl.Series) -> pl.Series:
    """Pseudonyms of a column of identity codes; null stays null."""
    keyed = hashlib.blake2b(key=_key(city), digest_size=8)

    def of(code: str) -> str:
        one = keyed.copy()
        one.update(code.encode())
        return one.hexdigest()

    return pl.Series(codes.name, [None if code is None else of(code) for code in codes], dtype=pl.String)
