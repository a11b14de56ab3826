"""What can follow an expression with a shape of its own: between, in, instance of, `.`, `[` and `(`."""

from __future__ import annotations

from toimiva.engines.feel import ast
from toimiva.engines.feel.parsing.core import BINDING, Parser
from toimiva.engines.feel.parsing.forms import COMPARISONS, range_ahead
from toimiva.engines.feel.parsing.types import type_ref

__all__ = ["AFTER", "unary_tests"]


def _between(p: Parser, left: ast.Node, start: int) -> ast.Node:
    low = p.expression(BINDING["and"])
    p.expect("and")
    high = p.expression(BINDING["between"])
    return ast.Between(p.span(start), left, low, high)


def _membership(p: Parser, left: ast.Node, start: int) -> ast.Node:
    at = p.token.start
    if p.at("(") and not range_ahead(p):
        p.advance()
        tests = unary_tests(p)
        p.expect(")")
    else:
        tests = ast.UnaryTests(p.span(at), (_positive_test(p, BINDING["in"]),))
    return ast.In(p.span(start), left, tests)


def _instance(p: Parser, left: ast.Node, start: int) -> ast.Node:
    p.expect("of")
    kind = type_ref(p)
    return ast.InstanceOf(p.span(start), left, kind)


def _path(p: Parser, left: ast.Node, start: int) -> ast.Node:
    name = p.name(p.members)
    return ast.Path(p.span(start), left, name)


def _filter(p: Parser, left: ast.Node, start: int) -> ast.Node:
    with p.names.including(p.members):
        condition = p.expression()
    p.expect("]")
    return ast.Filter(p.span(start), left, condition)


def _call(p: Parser, left: ast.Node, start: int) -> ast.Node:
    names: list[str] = []
    arguments: list[ast.Node] = []
    while not p.at(")"):
        if _named_argument_ahead(p):
            names.append(p.new_name(":"))
            p.expect(":")
        arguments.append(p.expression())
        if not p.accept(","):
            break
    p.expect(")")
    if names and len(names) != len(arguments):
        raise p.error("Either all arguments are named or none is.", start)
    return ast.Call(p.span(start), left, tuple(arguments), tuple(names))


def _named_argument_ahead(p: Parser) -> bool:
    ahead = p.index
    while p.tokens[ahead].kind == "name" or (ahead > p.index and p.tokens[ahead].text in ("-", "+", "*", "/", "'")):
        ahead += 1
    return ahead > p.index and p.tokens[ahead].text == ":"


# --- unary tests


def unary_tests(p: Parser) -> ast.UnaryTests:
    """The tests of a decision table's cell, or of `in (...)`."""
    start = p.token.start
    if p.at("-") and p.following.kind == "end":
        p.advance()
        return ast.UnaryTests(p.span(start), ())
    if p.at("not") and p.following.text == "(":
        p.advance()
        p.advance()
        tests = _positive_tests(p)
        p.expect(")")
        return ast.UnaryTests(p.span(start), tests, negated=True)
    tests = _positive_tests(p)
    return ast.UnaryTests(p.span(start), tests)


def _positive_tests(p: Parser) -> tuple[ast.Node, ...]:
    tests = [_positive_test(p)]
    while p.accept(","):
        tests.append(_positive_test(p))
    return tuple(tests)


def _positive_test(p: Parser, binding: int = 0) -> ast.Node:
    if p.at(*COMPARISONS):
        op = p.advance()
        operand = p.expression(BINDING["="])
        return ast.UnaryComparison(p.span(op.start), op.text, operand)
    return p.expression(binding)


AFTER = {
    "between": _between, "in": _membership, "instance": _instance, ".": _path, "[": _filter, "(": _call,
}  # fmt: skip
