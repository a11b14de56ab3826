"""What is measured, in the reader's language, where the platform itself names it; the names of others stay theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

__all__ = ["in_words"]

_WORDS: Mapping[str, Any] = {
    "Air temperature": gettext_lazy("Air temperature"),
    "Carbon dioxide": gettext_lazy("Carbon dioxide"),
    "Cloudiness": gettext_lazy("Cloudiness"),
    "Fine particles": gettext_lazy("Fine particles"),
    "Movement": gettext_lazy("Movement"),
    "Relative humidity": gettext_lazy("Relative humidity"),
    "Water used": gettext_lazy("Water used"),
}


def in_words(name: str) -> str:
    """A datastream's name as it is told to people."""
    return str(_WORDS.get(name, name))
