"""Cases: what staff must look at, with the reason. Persons are pseudonyms; instants are aware UTC."""

from __future__ import annotations

from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.cases.queue import (
    OUTCOMES,
    NewCase,
    close_case,
    count_by_reason,
    count_open,
    get_case,
    list_cases,
    open_cases,
)

__all__ = [
    "OUTCOMES", "Case", "NewCase", "close_case", "count_by_reason", "count_open", "get_case", "list_cases",
    "open_cases",
]  # fmt: skip
