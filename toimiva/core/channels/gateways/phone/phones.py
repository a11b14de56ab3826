"""The phones of the embedded network, for the phone page, training, simulation and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from toimiva.core.bulk import insert_rows
from toimiva.core.channels.models import PhoneText, SwitchedOff

__all__ = ["Text", "switch_off", "texts_of", "write_many"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text on a phone; `from_city` or written by its owner."""

    number: str
    text: str
    at: datetime
    from_city: bool


def texts_of(number: str) -> list[Text]:
    """All texts of a phone, oldest first; none on one that is switched off."""
    if SwitchedOff.objects.filter(number=number).exists():
        return []
    rows = PhoneText.objects.filter(number=number).order_by("id")
    return [Text(row.number, row.text, row.at, not row.incoming) for row in rows]


def write_many(texts: Sequence[tuple[str, str, str, datetime]]) -> None:
    """Texts that owners of phones send to the city: (key, number, text, when). A key again is the same text."""
    rows = [PhoneText(key=key, number=number, text=text, at=at, incoming=True) for key, number, text, at in texts]
    insert_rows(rows, ignore_existing=True)


def switch_off(numbers: Sequence[str]) -> None:
    """These phones get nothing from now on."""
    insert_rows([SwitchedOff(number=n) for n in numbers], ignore_existing=True)
