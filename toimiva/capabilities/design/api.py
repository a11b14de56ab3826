"""The service designer's doors. Days are the city's calendar dates, instants aware UTC."""

from __future__ import annotations

from toimiva.capabilities.design.drafting import (
    change_model,
    change_parameter,
    change_text,
    drafted,
    get_draft,
    open_draft,
    open_drafts,
)
from toimiva.capabilities.design.effects import Effect, effect_of
from toimiva.capabilities.design.publishing import drop, publish

__all__ = [
    "Effect", "change_model", "change_parameter", "change_text", "drafted", "drop", "effect_of", "get_draft",
    "open_draft", "open_drafts", "publish",
]  # fmt: skip
