"""FEEL texts inside a DMN file, read with the names that are in scope where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from toimiva.engines.feel.api import Broken, FeelError, Node, UnaryTests, parse, parse_unary_tests
from toimiva.engines.models.elements import Element

__all__ = ["FeelTexts", "OnFault"]

OnFault = Callable[[int, str, str], None]


class FeelTexts:
    """Parses the FEEL of one file. `members` is what may stand after a dot anywhere in it."""

    def __init__(self, members: Iterable[str], fault: OnFault) -> None:
        self.members = tuple(members)
        self._names: tuple[str, ...] = ()
        self._fault = fault

    @contextmanager
    def knowing(self, names: Iterable[str]) -> Iterator[None]:
        """More names in scope, inside this block."""
        before, self._names = self._names, (*self._names, *names)
        yield
        self._names = before

    def expression(self, text: str, line: int) -> Node:
        """An expression; one that stays null, and a fault, where the text is not FEEL."""
        try:
            return parse(text, self._names, self.members)
        except FeelError as error:
            self._fault(line, f"This is not FEEL: {error}", "Correct it where the caret points.")
            return Broken((0, len(text)), str(error))

    def tests(self, element: Element) -> UnaryTests:
        """The unary tests of an element's text."""
        text = element.text_of("text")
        try:
            return parse_unary_tests(text, self._names, self.members)
        except FeelError as error:
            self._fault(element.line, f"These are not FEEL tests: {error}", "Correct them where the caret points.")
            return UnaryTests((0, len(text)), (Broken((0, len(text)), str(error)),))
