"""What a person's reply means, as people write in Finnish, Swedish and English.

A reply is yes or no only when everything in it that says either says the same; anything else is unclear and is asked
about, because a wrong guess costs a child a place.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import Literal

__all__ = ["Meaning", "names_in", "recognise"]

Meaning = Literal["yes", "no", "unclear"]

_YES = frozenset((
    "k", "kyllä", "kylla", "kyl", "joo", "jo", "juu", "jep", "joopa", "ok", "okei", "okay", "oukei", "selvä", "sopii",
    "passaa", "hyväksyn", "hyväksymme", "otamme", "otan", "vahvistan", "vahvistamme", "käy", "kelpaa",
    "j", "ja", "japp", "jajamen", "gärna", "godkänner", "accepterar", "tar", "okej", "passar", "visst", "absolut",
    "y", "yes", "yep", "yeah", "yup", "sure", "accept", "accepted", "agree", "agreed", "confirm", "confirmed", "fine",
))  # fmt: skip
_NO = frozenset((
    "e", "ei", "eikä", "eipä", "emme", "en", "kieltäydyn", "kieltäydymme", "peruutan", "perumme", "hylkään",
    "n", "nej", "nää", "inte", "avböjer", "avstår",
    "no", "nope", "not", "don't", "dont", "decline", "declined", "reject", "refuse", "cancel",
))  # fmt: skip
_NO_PHRASES = (
    "ei käy", "ei sovi", "ei passaa", "ei kelpaa", "ei kiitos", "en hyväksy", "emme hyväksy", "emme ota", "en ota",
    "ei ok", "inte passar", "passar inte", "tar inte", "accepterar inte", "godkänner inte", "nej tack", "tackar nej",
    "no thanks", "no thank you", "not accept", "do not accept", "don't accept", "not ok",
)  # fmt: skip
_UP, _DOWN = ("👍", "✅", "👌", "❤"), ("👎", "❌", "🚫")
_TYPO_LENGTH = 4
_FILLER = frozenset(
    ("kiitos", "tack", "thanks", "thank", "you", "hei", "hej", "hi", "hello", "moi", "terveisin", "mvh")
)
_DOUBT = frozenset((
    "mutta", "ehkä", "men", "kanske", "but", "maybe", "perhaps", "voiko", "kan", "can", "miksi", "why", "jos", "if",
))  # fmt: skip


def recognise(text: str) -> Meaning:
    """yes, no or unclear."""
    plain = unicodedata.normalize("NFC", text).lower().strip()
    if "?" in plain:
        return "unclear"
    signs: set[Meaning | None] = {_of_signs(plain), _of_phrases(plain)} - {None}
    rest = plain
    for phrase in _NO_PHRASES:
        rest = rest.replace(phrase, " ")
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", rest)
    if _DOUBT & set(words) or len(words) > 25:
        return "unclear"
    found: set[Meaning | None] = signs | {_of_word(word) for word in words} - {None}
    return _only(found)


def _only(found: set[Meaning | None]) -> Meaning:
    """The one meaning there is, if there is just one."""
    if found == {"yes"}:
        return "yes"
    return "no" if found == {"no"} else "unclear"


def _of_signs(text: str) -> Meaning | None:
    up, down = any(sign in text for sign in _UP), any(sign in text for sign in _DOWN)
    if up and down:
        return "unclear"
    return "yes" if up else "no" if down else None


def _of_phrases(text: str) -> Meaning | None:
    return "no" if any(phrase in text for phrase in _NO_PHRASES) else None


def _of_word(word: str) -> Meaning | None:
    if word in _YES:
        return "yes"
    if word in _NO:
        return "no"
    if len(word) < _TYPO_LENGTH or word in _FILLER:
        return None
    close = difflib.get_close_matches(word, _LONG_WORDS, n=1, cutoff=0.84)
    return _of_word(close[0]) if close else None


_LONG_WORDS = sorted(word for word in _YES | _NO if len(word) >= _TYPO_LENGTH)


def names_in(text: str, names: list[str]) -> list[str]:
    """Those of these given names that the text mentions, whole or with a Finnish ending (Elsalle, Elsan)."""
    words = re.findall(r"[\w'’-]+", text.lower())
    return [name for name in names if any(word.startswith(name.lower()) for word in words)]
