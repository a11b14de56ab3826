"""What can be wrong with a FEEL text: always with the place in the text."""

from __future__ import annotations

__all__ = ["FeelError", "FeelSyntaxError", "LimitExceeded"]


class FeelError(Exception):
    """Base of everything the FEEL engine raises. Evaluation itself yields null with a reason instead (FEEL 10.3)."""


class FeelSyntaxError(FeelError):
    """The text is not FEEL. `position` is a character offset; `str()` shows the line with a caret."""

    def __init__(self, message: str, text: str, position: int) -> None:
        self.message, self.text, self.position = message, text, position
        start = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        line = text[start : end if end >= 0 else len(text)]
        super().__init__(f"{message}\n    {line}\n    {' ' * (position - start)}^")


class LimitExceeded(FeelError):
    """The expression is nested deeper than the engine allows; simplify it or split it into decisions."""
