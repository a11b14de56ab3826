"""What an expression can start with: literals, names, brackets, and `if`, `for`, `some`, `every` and `function`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from toimiva.engines.feel import ast
from toimiva.engines.feel.parsing.core import Parser
from toimiva.engines.feel.parsing.lexer import unescape
from toimiva.engines.feel.parsing.names import KEYWORDS
from toimiva.engines.feel.parsing.types import type_ref
from toimiva.engines.feel.values import DECIMAL

__all__ = ["COMPARISONS", "range_ahead", "range_of", "start", "unary_range"]

COMPARISONS = ("<=", ">=", "<", ">", "=", "!=")
UNARY_MINUS = 65


def start(p: Parser) -> ast.Node:
    """The first part of an expression."""
    token = p.token
    if token.kind == "name":
        return _word(p)
    if token.kind in ("number", "string", "at"):
        return _literal(p)
    form = _SYMBOLS.get(token.text)
    if form is None:
        raise p.error(f"An expression cannot start with {token.text or 'nothing'!r}.")
    return form(p)


def _literal(p: Parser) -> ast.Node:
    token = p.advance()
    if token.kind == "number":
        return ast.Number(p.span(token.start), DECIMAL.create_decimal(Decimal(token.text)))
    if token.kind == "string":
        return ast.String(p.span(token.start), unescape(token.text))
    text = p.advance()
    return ast.TemporalLiteral(p.span(token.start), unescape(text.text))


def _word(p: Parser) -> ast.Node:
    token = p.token
    known = p.names.longest(p.tokens, p.index) > 1
    if not known and token.text in _WORDS:
        return _WORDS[token.text](p)
    if not known and token.text in KEYWORDS:
        raise p.error(f"{token.text!r} is a FEEL word and cannot stand here.")
    name = p.name()
    return ast.Name(p.span(token.start), name)


def _constant(value: bool | None) -> Callable[[Parser], ast.Node]:
    def read(p: Parser) -> ast.Node:
        token = p.advance()
        span = p.span(token.start)
        return ast.Null(span) if value is None else ast.Boolean(span, value)

    return read


def _negation(p: Parser) -> ast.Node:
    start = p.advance().start
    operand = p.expression(UNARY_MINUS)
    return ast.Negation(p.span(start), operand)


# --- words


def _conditional(p: Parser) -> ast.Node:
    start = p.advance().start
    condition = p.expression()
    p.expect("then")
    then = p.expression()
    p.expect("else")
    otherwise = p.expression()
    return ast.If(p.span(start), condition, then, otherwise)


def _iteration(p: Parser) -> ast.Node:
    start = p.advance().start
    with p.names.also(["partial"]):
        iterators = _iterators(p, "return")
        result = p.expression()
    return ast.For(p.span(start), iterators, result)


def _quantified(p: Parser) -> ast.Node:
    token = p.advance()
    with p.names.also([]):
        iterators = _iterators(p, "satisfies")
        condition = p.expression()
    return ast.Quantified(p.span(token.start), token.text, iterators, condition)


def _iterators(p: Parser, until: str) -> tuple[tuple[str, ast.Node], ...]:
    """`x in xs, y in 1..3`: each name is known to what comes after it."""
    found: list[tuple[str, ast.Node]] = []
    while True:
        name = p.new_name("in")
        p.expect("in")
        found.append((name, _iterated(p)))
        p.names.add(name)
        if not p.accept(","):
            break
    p.expect(until)
    return tuple(found)


def _iterated(p: Parser) -> ast.Node:
    at = p.token.start
    source = p.expression()
    if p.accept(".."):
        high = p.expression()
        return ast.Steps(p.span(at), source, high)
    return source


def _function(p: Parser) -> ast.Node:
    start = p.advance().start
    p.expect("(")
    parameters: list[tuple[str, ast.TypeRef | None]] = []
    while not p.at(")"):
        name = p.new_name(",", ")", ":")
        parameters.append((name, type_ref(p) if p.accept(":") else None))
        if not p.accept(","):
            break
    p.expect(")")
    if p.at("external"):
        raise p.error("External functions are refused: a model may not run code outside FEEL. Write the body in FEEL.")
    with p.names.also([name for name, _ in parameters]):
        body = p.expression()
    names, types = [name for name, _ in parameters], [kind for _, kind in parameters]
    return ast.FunctionLiteral(p.span(start), tuple(names), tuple(types), body)


# --- brackets


def _parenthesis(p: Parser) -> ast.Node:
    start = p.token.start
    if range_ahead(p):
        return range_of(p)
    p.advance()
    inner = unary_range(p) if p.at(*COMPARISONS) else p.expression()
    p.expect(")")
    return replace(inner, span=p.span(start))


def unary_range(p: Parser) -> ast.Node:
    """`< 5` where a value stands: the range of all that is less than five (DMN 1.5, grammar rule 7)."""
    op = p.advance()
    end = p.expression(30)
    span = p.span(op.start)
    match op.text:
        case "<" | "<=":
            return ast.RangeNode(span, None, end, False, op.text == "<=")
        case ">" | ">=":
            return ast.RangeNode(span, end, None, op.text == ">=", False)
    return ast.RangeNode(span, end, end, True, True, op.text)


def _bracket(p: Parser) -> ast.Node:
    if range_ahead(p):
        return range_of(p)
    start = p.advance().start
    items: list[ast.Node] = []
    while not p.at("]"):
        items.append(p.expression())
        if not p.accept(","):
            break
    p.expect("]")
    return ast.ListNode(p.span(start), tuple(items))


def range_ahead(p: Parser) -> bool:
    """Whether the bracket here closes over a `..` at its own level that is not a loop's."""
    if p.at("]"):
        return True
    depth = 0
    for token in p.tokens[p.index :]:
        depth += {"(": 1, "[": 1, "{": 1}.get(token.text, 0) if token.kind == "symbol" else 0
        if token.text == ".." and depth == 1:
            return True
        if depth == 1 and token.kind == "name" and token.text in ("for", "some", "every"):
            return False
        if token.kind == "symbol" and token.text in ")]}":
            depth -= 1
            if depth <= 0:
                return False
    return False


def range_of(p: Parser) -> ast.Node:
    """A range with its brackets: (1..3], ]1..3], [1..3[ and so on."""
    opening = p.advance()
    low = p.expression()
    p.expect("..")
    high = p.expression()
    if not p.at("]", ")", "["):
        raise p.error("A range ends with ], ) or [.")
    closing = p.advance()
    return ast.RangeNode(p.span(opening.start), low, high, opening.text == "[", closing.text == "]")


def _context(p: Parser) -> ast.Node:
    start = p.advance().start
    entries: list[tuple[str, ast.Node]] = []
    with p.names.also([]):
        while not p.at("}"):
            key = _key(p)
            entries.append((key, p.expression()))
            if not p.accept(","):
                break
    p.expect("}")
    return ast.ContextNode(p.span(start), tuple(entries))


def _key(p: Parser) -> str:
    """An entry's name, known to later entries and, as a member, to whatever takes the context apart."""
    if p.token.kind == "string":
        key = unescape(p.advance().text)
    else:
        key = p.new_name(":")
        p.names.add(key)
        p.members.add(key)
    p.expect(":")
    return key


_SYMBOLS: dict[str, Callable[[Parser], ast.Node]] = {
    "-": _negation, "(": _parenthesis, "[": _bracket, "]": range_of, "{": _context,
}  # fmt: skip
_WORDS: dict[str, Callable[[Parser], ast.Node]] = {
    "if": _conditional, "for": _iteration, "some": _quantified, "every": _quantified, "function": _function,
    "true": _constant(True), "false": _constant(False), "null": _constant(None),
}  # fmt: skip
