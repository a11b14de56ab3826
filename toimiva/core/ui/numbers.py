"""Numbers as people read them."""

from __future__ import annotations

__all__ = ["grouped"]


def grouped(number: int) -> str:
    """A whole number in groups of three, 663 237, which never breaks between them (SFS 4175; ISO 80000-1, 7.3.1)."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")
