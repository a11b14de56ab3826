"""Cases: what staff must look at, with the reason. Persons are pseudonyms; instants are aware UTC."""

from __future__ import annotations

from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.cases.queue import (
    OUTCOMES,
    NewCase,
    assign,
    city_of_newest,
    close_case,
    count_by_reason,
    count_open,
    counts_of_open,
    get_case,
    handled_before,
    keep_words,
    list_cases,
    note,
    notes_about,
    open_cases,
    open_of_places,
)

__all__ = [
    "OUTCOMES", "Case", "NewCase", "assign", "city_of_newest", "close_case", "count_by_reason", "count_open",
    "counts_of_open", "get_case", "handled_before", "keep_words", "list_cases", "note", "notes_about", "open_cases",
    "open_of_places",
]  # fmt: skip
