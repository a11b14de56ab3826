"""`$filter`: a Pratt parser."""

from __future__ import annotations

import re
from functools import reduce

from toimiva.engines.odata.ast import Binary, Call, Literal, Node, Path, QueryError, Unary
from toimiva.engines.odata.tokens import Token, tokens

__all__ = ["parse_filter"]

_BINDING = {
    "or": 1, "and": 2, "eq": 3, "ne": 3, "in": 3, "lt": 4, "le": 4, "gt": 4, "ge": 4, "add": 5, "sub": 5, "mul": 6,
    "div": 6, "mod": 6,
}  # fmt: skip
_UNARY = 7
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_MOST_CHARACTERS, _DEEPEST = 20_000, 60


def parse_filter(text: str) -> Node:
    """The tree of a filter. Raises QueryError for one that is wrong, longer or deeper than is taken."""
    if len(text) > _MOST_CHARACTERS:
        raise QueryError(f"A filter may have {_MOST_CHARACTERS} characters.")
    parser = _Parser(list(tokens(text)))
    node = parser.expression(0)
    if parser.token is not None:
        raise parser.unexpected()
    return node


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._next, self._depth = found, 0, 0

    @property
    def token(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def unexpected(self) -> QueryError:
        token = self.token
        if token is None:
            return QueryError("The filter ends early.")
        return QueryError(f"{token.text[:40]!r} at place {token.place + 1} is unexpected.")

    def _take(self) -> Token:
        token = self.token
        if token is None:
            raise self.unexpected()
        self._next += 1
        return token

    def _expect(self, mark: str) -> None:
        if self.token is None or self.token.text != mark:
            raise self.unexpected()
        self._next += 1

    def expression(self, least: int) -> Node:
        """An operand and the operators after it that bind at least so tightly."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError(f"A filter may be {_DEEPEST} levels deep.")
        left = self._operand()
        while (power := self._power()) > least:
            operator = self._take().text
            left = self._one_of(left) if operator == "in" else Binary(operator, left, self.expression(power))
        self._depth -= 1
        return left

    def _one_of(self, left: Node) -> Node:
        """`in` (OData 4.01, 5.1.1.1.12): equal to one of a list."""
        self._expect("(")
        found = self._arguments()
        if not found:
            raise QueryError("The list after `in` is empty.")
        same: list[Node] = [Binary("eq", left, one) for one in found]
        return reduce(lambda one, other: Binary("or", one, other), same)

    def _power(self) -> int:
        token = self.token
        return _BINDING.get(token.text, 0) if token and token.kind == "name" else 0

    def _operand(self) -> Node:
        token = self._take()
        if token.text == "(":
            inner = self.expression(0)
            self._expect(")")
            return inner
        if token.text in ("not", "-"):
            return Unary(token.text, self.expression(2 if token.text == "not" else _UNARY))
        if token.kind == "name":
            return self._named(token)
        if token.kind == "mark":
            self._next -= 1
            raise self.unexpected()
        return Literal(token.value)

    def _named(self, token: Token) -> Node:
        if token.text in _WORDS:
            return Literal(_WORDS[token.text])
        if self.token is not None and self.token.text == "(":
            self._next += 1
            return Call(token.text.lower(), tuple(self._arguments()))
        if token.text in _BINDING:
            self._next -= 1
            raise self.unexpected()
        return Path(tuple(part.rstrip("]") for part in re.split(r"/|\[", token.text)))

    def _arguments(self) -> list[Node]:
        found: list[Node] = []
        if self.token is not None and self.token.text == ")":
            self._next += 1
            return found
        while True:
            found.append(self.expression(0))
            if self.token is None or self.token.text != ",":
                break
            self._next += 1
        self._expect(")")
        return found
