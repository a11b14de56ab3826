"""The heart of the Pratt parser: the tokens, where we are in them, the names in scope, and operator precedence.

What stands at the start of an expression and what follows one is given as two tables, filled by `grammar`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from toimiva.engines.feel import ast
from toimiva.engines.feel.errors import FeelSyntaxError, LimitExceeded
from toimiva.engines.feel.parsing.lexer import Token, tokenize
from toimiva.engines.feel.parsing.names import BUILTIN_NAMES, NameTable

__all__ = ["BINDING", "Grammar", "Parser"]

MAX_DEPTH = 80
MAX_LENGTH = 100_000

# How tightly an operator holds its left side; the same number on the right makes it left-associative.
BINDING = {
    "or": 10, "and": 20, "=": 30, "!=": 30, "<": 30, "<=": 30, ">": 30, ">=": 30, "between": 30, "in": 30,
    "+": 40, "-": 40, "*": 50, "/": 50, "**": 60, "instance": 70, ".": 80, "[": 80, "(": 80,
}  # fmt: skip
_CANNOT_START = frozenset(
    (",", ")", "]", "}", "=", "!=", "<", "<=", ">", ">=", "+", "*", "/", "**", "..", ":", ".", "")
)
_CANNOT_START_WORDS = frozenset(("and", "or", "then", "else", "return", "satisfies", "in", "between", "instance"))


@dataclass(frozen=True, slots=True)
class Grammar:
    """What to do with a token that starts an expression, and with one that follows an expression."""

    start: Callable[[Parser], ast.Node]
    after: Mapping[str, Callable[[Parser, ast.Node, int], ast.Node]]


class Parser:
    """State of one parse."""

    def __init__(self, text: str, names: Iterable[str], members: Iterable[str], grammar: Grammar) -> None:
        if len(text) > MAX_LENGTH:
            raise LimitExceeded(f"The expression is longer than {MAX_LENGTH} characters. Split it into decisions.")
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.names = NameTable([*names, *BUILTIN_NAMES])
        self.members = NameTable([*members, *BUILTIN_NAMES])
        self._grammar = grammar
        self._depth = 0

    # --- moving about

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.index]

    @property
    def following(self) -> Token:
        """The token after the next."""
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Take the next token; the end is never passed."""
        token = self.token
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def at(self, *texts: str) -> bool:
        """Whether one of these symbols or words comes next."""
        return self.token.kind in ("symbol", "name") and self.token.text in texts

    def accept(self, text: str) -> bool:
        """Take this symbol or word if it comes next."""
        found = self.at(text)
        if found:
            self.advance()
        return found

    def expect(self, text: str) -> Token:
        """Take this symbol or word; a syntax error where something else comes."""
        if not self.at(text):
            raise self.error(f"Expected {text!r}, found {self.token.text or 'the end'!r}.")
        return self.advance()

    def expect_end(self) -> None:
        """A syntax error unless everything has been read."""
        if self.token.kind != "end":
            raise self.error(f"The expression should end before {self.token.text!r}.")

    def error(self, message: str, position: int | None = None) -> FeelSyntaxError:
        """A syntax error here, or at a position."""
        return FeelSyntaxError(message, self.text, self.token.start if position is None else position)

    def span(self, start: int) -> tuple[int, int]:
        """From a start to the end of the last token taken."""
        return start, self.tokens[self.index - 1].end if self.index else 0

    # --- expressions

    def expression(self, binding: int = 0) -> ast.Node:
        """An expression whose operators all hold tighter than `binding`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise LimitExceeded(f"The expression is nested deeper than {MAX_DEPTH} levels. Split it into decisions.")
        start = self.token.start
        left = self._grammar.start(self)
        while BINDING.get(self._operator(), 0) > binding:
            left = self._infix(left, start)
        self._depth -= 1
        return left

    def _operator(self) -> str:
        token = self.token
        if token.kind not in ("symbol", "name") or (token.text == "[" and self._closes_a_range()):
            return ""
        return token.text

    def _closes_a_range(self) -> bool:
        """Whether this `[` is the end of `[1..3[`: what comes after it cannot start a filter."""
        after = self.following
        return after.kind == "end" or after.text in (
            _CANNOT_START_WORDS if after.kind == "name" else _CANNOT_START if after.kind == "symbol" else ()
        )

    def _infix(self, left: ast.Node, start: int) -> ast.Node:
        op = self.advance().text
        special = self._grammar.after.get(op)
        if special is not None:
            return special(self, left, start)
        right = self.expression(BINDING[op])
        return ast.Binary(self.span(start), op, left, right)

    # --- names

    def name(self, table: NameTable | None = None) -> str:
        """The longest name in scope that starts here; a name nobody knows is one word."""
        if self.token.kind != "name":
            raise self.error(f"A name was expected, found {self.token.text or 'the end'!r}.")
        length = max(1, (table or self.names).longest(self.tokens, self.index))
        words = self.tokens[self.index : self.index + length]
        self.index += length
        return NameTable.joined(words)

    def new_name(self, *ends: str) -> str:
        """A name that is being introduced: every token up to one of `ends`, which is left to be read."""
        first = self.index
        while not self.at(*ends) and self.token.kind != "end":
            self.advance()
        words = self.tokens[first : self.index]
        if not words or words[0].kind != "name" or self.token.kind == "end":
            raise self.error(f"A name and then {' or '.join(map(repr, ends))} was expected.")
        return NameTable.joined(words)
