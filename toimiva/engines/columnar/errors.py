"""Why something does not compile. The interpreter serves what the compiler refuses; nothing is approximated."""

from __future__ import annotations

__all__ = ["NotCompilable"]


class NotCompilable(Exception):
    """The expression has no exact SQL form here; `reason` says why, `text` and `span` where."""

    def __init__(self, reason: str, text: str = "", span: tuple[int, int] = (0, 0)) -> None:
        self.reason, self.text, self.span = reason, text, span
        place = f" In: {text[span[0] : span[1]]}" if text else ""
        super().__init__(f"{reason}{place} The interpreter decides these rows instead.")
