"""A Pratt parser for FEEL. Names may contain spaces and operators: they are resolved against what is in scope.

`parse` reads an expression, `parse_unary_tests` a decision table cell. Both raise `FeelSyntaxError` with the place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from toimiva.engines.feel import ast
from toimiva.engines.feel.errors import LimitExceeded
from toimiva.engines.feel.parsing.core import Grammar, Parser
from toimiva.engines.feel.parsing.forms import start
from toimiva.engines.feel.parsing.operators import AFTER, unary_tests
from toimiva.engines.feel.parsing.types import type_ref

__all__ = ["parse", "parse_type", "parse_unary_tests"]

MAX_TREE = 160
Tree = TypeVar("Tree", bound=ast.Node)
_GRAMMAR = Grammar(start, AFTER)


def _parser(text: str, names: Iterable[str], members: Iterable[str] | None) -> Parser:
    known = tuple(names)
    return Parser(text, known, known if members is None else members, _GRAMMAR)


def parse(text: str, names: Iterable[str] = (), members: Iterable[str] | None = None) -> ast.Node:
    """Parse an expression; `names` are the variables in scope, `members` (or else the same) may stand after a dot.

    Only those with spaces or operators matter. Raises `FeelSyntaxError`, or `LimitExceeded` for a hostile text.
    """
    parser = _parser(text, names, members)
    node = parser.expression()
    parser.expect_end()
    return _checked(node)


def parse_unary_tests(text: str, names: Iterable[str] = (), members: Iterable[str] | None = None) -> ast.UnaryTests:
    """Parse the tests of a decision table's input entry; `-` and an empty text mean that anything holds."""
    if text.strip() in ("", "-"):
        return ast.UnaryTests((0, len(text)), ())
    parser = _parser(text, names, members)
    tests = unary_tests(parser)
    parser.expect_end()
    return _checked(tests)


def _checked(node: Tree) -> Tree:
    """The tree, if it can be walked: `1 + 1 + 1 + …` nests without a bracket."""
    if ast.depth(node) > MAX_TREE:
        raise LimitExceeded(f"The expression is a tree of more than {MAX_TREE} levels. Split it into decisions.")
    return node


def parse_type(text: str, names: Iterable[str] = ()) -> ast.TypeRef:
    """Parse a type such as a `typeRef`; `names` are those of the model's item definitions."""
    parser = Parser(text, names, (), _GRAMMAR)
    kind = type_ref(parser)
    parser.expect_end()
    return kind
