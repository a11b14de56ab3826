"""Finnish personal identity codes from the range that is never given to a person (individual numbers 900 to 999).

Source: Digital and Population Data Services Agency; the century signs Y X W V U and B C D E F since 2023.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

__all__ = ["check_character", "identity_codes"]

_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_SIGNS = {18: "+", 19: "-YXWVU", 20: "ABCDEF"}
_PER_SEX = 50


def check_character(digits: str) -> str:
    """The last character of a code whose nine digits these are."""
    return _CHECK[int(digits) % 31]


def identity_codes(born_and_sex: Iterable[tuple[dt.date, str]]) -> list[str]:
    """A code for each (date of birth, sex), all different; even numbers for women.

    Codes of a day are dealt over all century signs in turn, so that both old and new signs are common.
    Raises ValueError when a day has more people than there are artificial codes (300 per sex and day).
    """
    used: Counter[tuple[dt.date, str]] = Counter()
    codes = []
    for born, sex in born_and_sex:
        index = used[born, sex]
        used[born, sex] += 1
        codes.append(_code(born, sex, index))
    return codes


def _code(born: dt.date, sex: str, index: int) -> str:
    signs = _SIGNS[born.year // 100]
    turn, sign = divmod(index, len(signs))
    if turn >= _PER_SEX:
        raise ValueError(f"More people born on {born} than there are artificial identity codes.")
    number = 900 + 2 * ((turn * 7 + born.day) % _PER_SEX) + (sex == "M")
    day = f"{born:%d%m%y}"
    return f"{day}{signs[sign]}{number}{check_character(f'{day}{number}')}"
