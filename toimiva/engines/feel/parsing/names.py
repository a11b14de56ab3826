"""Names that are more than one token: `date and time`, `early education`, `first-name`.

FEEL lets a name hold spaces and operators, so only the scope can tell `a-b` the name from a minus b.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from toimiva.engines.feel.errors import FeelSyntaxError
from toimiva.engines.feel.parsing.lexer import Token, tokenize

__all__ = ["BUILTIN_NAMES", "KEYWORDS", "NameTable", "normalise"]

KEYWORDS = frozenset({
    "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "instance", "of", "and", "or", "between",
    "function", "external",
})  # fmt: skip
# Built-ins, types and properties that contain a space (DMN 1.5, tables 53 to 80).
BUILTIN_NAMES = (
    "date and time", "years and months duration", "days and time duration", "string length", "upper case",
    "lower case", "substring before", "substring after", "starts with", "ends with", "list contains", "list replace",
    "insert before", "index of", "distinct values", "get entries", "get value", "context put", "context merge",
    "day of year", "day of week", "month of year", "week of year", "time offset", "start included", "end included",
    "met by", "overlaps before", "overlaps after", "finished by", "started by", "string join",
    "round half up", "round half down", "round up", "round down", "is defined", "last day of month",
)  # fmt: skip


def normalise(name: str) -> str:
    """One space between words, none around operators, as names are compared."""
    return NameTable.joined(tokenize(name)[:-1])


class NameTable:
    """The many-token names in scope, by their first token."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, tuple[tuple[str, ...], ...]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known; one-token names need no entry, and what FEEL cannot write cannot be meant."""
        if name.isidentifier():
            return
        try:
            parts = tuple(token.text for token in tokenize(name)[:-1])
        except FeelSyntaxError:
            return
        if len(parts) > 1:
            self._by_first[parts[0]] = (*self._by_first.get(parts[0], ()), parts)

    @contextmanager
    def also(self, names: Iterable[str]) -> Iterator[None]:
        """Names known inside an inner scope only."""
        before, self._by_first = self._by_first, dict(self._by_first)
        for name in names:
            self.add(name)
        yield
        self._by_first = before

    @contextmanager
    def including(self, other: NameTable) -> Iterator[None]:
        """The names of another table too, inside an inner scope: a filter sees its items' entries."""
        before, self._by_first = self._by_first, dict(self._by_first)
        for first, found in other._by_first.items():
            self._by_first[first] = (*self._by_first.get(first, ()), *found)
        yield
        self._by_first = before

    def longest(self, tokens: Sequence[Token], index: int) -> int:
        """How many tokens the longest known name here takes; 0 when none of several tokens is known."""
        found = 0
        for parts in self._by_first.get(tokens[index].text, ()):
            ahead = tokens[index : index + len(parts)]
            if len(parts) > found and tuple(token.text for token in ahead) == parts:
                found = len(parts)
        return found

    @staticmethod
    def joined(tokens: Sequence[Token]) -> str:
        """The name in normal form: a space between two words, nothing beside an operator."""
        text = ""
        for token in tokens:
            both_words = text and text[-1].isalnum() and token.kind in ("name", "number")
            text += (" " if both_words else "") + token.text
        return text
