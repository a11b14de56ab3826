"""Identity codes as they lie in the lake: encrypted. They are found by the pseudonym, which is their blind index.

AES-SIV (RFC 5297): the same code under the same key is the same text, so that a delivery which changes nothing changes
nothing. Keys come from TOIMIVA_IDENTITY_KEYS, the newest first; what an older key has sealed is read by that key, and
is sealed anew by the next delivery. A synthetic city, which has nobody to protect, derives its key from its own name.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from toimiva.core.city.api import City
from toimiva.core.errors import NotAllowed

__all__ = ["seal", "unseal", "unseal_all"]

_FORM = "s1"


def _keys(city: City) -> list[bytes]:
    """512-bit keys, newest first."""
    given = [key for key in settings.IDENTITY_KEYS if key]
    if not given and not city.synthetic:
        raise NotAllowed(
            what="Identity codes of a real city cannot be stored or read without their key.",
            mend="Set TOIMIVA_IDENTITY_KEYS to a long random text and keep it where the city keeps its secrets.",
        )
    return [hashlib.sha512(f"identity {key}".encode()).digest() for key in given or [f"synthetic {city.id}"]]


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> tuple[str, AESSIV]:
    """(name of the key in what it has sealed, the cipher)."""
    return hashlib.sha256(key).hexdigest()[:8], AESSIV(key)


def seal(city: City, codes: pl.Series) -> pl.Series:
    """A column of identity codes, encrypted by the newest key; null stays null."""
    (name, cipher), about = _cipher(_keys(city)[0]), [city.id.encode()]

    def sealed(code: str) -> str:
        return f"{_FORM}.{name}.{base64.b64encode(cipher.encrypt(code.encode(), about)).decode()}"

    return pl.Series(codes.name, [None if code is None else sealed(code) for code in codes], dtype=pl.String)


def unseal(city: City, text: str) -> str:
    """An identity code that was sealed. Raises NotAllowed where its key is not here, or the text has been changed."""
    form, name, content = text.split(".", 2) if text.count(".") == 2 else ("", "", "")
    cipher = next((found for key, found in map(_cipher, _keys(city)) if key == name), None)
    if form != _FORM or cipher is None:
        raise NotAllowed(
            what="An identity code was sealed by a key that is not here.",
            mend="Add the older key to the end of TOIMIVA_IDENTITY_KEYS.",
        )
    try:
        return cipher.decrypt(base64.b64decode(content), [city.id.encode()]).decode()
    except (InvalidTag, ValueError) as error:
        raise NotAllowed(
            what="A sealed identity code has been changed.", mend="Restore the lake from a backup, or deliver again."
        ) from error


def unseal_all(city: City, sealed: pl.Series) -> pl.Series:
    """A column of sealed codes as they are; null stays null."""
    return pl.Series(sealed.name, [None if text is None else unseal(city, text) for text in sealed], dtype=pl.String)
