"""A Pratt parser for FEEL. Names may contain spaces and operators: they are resolved against what is in scope.

`parse` reads an expression, `parse_unary_tests` a decision table cell. Both raise `FeelSyntaxError` with the place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from toimiva.engines.feel import ast
from toimiva.engines.feel.errors import FeelSyntaxError, LimitExceeded
from toimiva.engines.feel.lexer import Token, tokenize, unescape
from toimiva.engines.feel.names import BUILTIN_NAMES, KEYWORDS, NameTable

__all__ = ["parse", "parse_unary_tests"]

MAX_DEPTH = 80

# How tightly an operator holds its left side; the same number on the right makes it left-associative.
BINDING = {
    "or": 10, "and": 20, "=": 30, "!=": 30, "<": 30, "<=": 30, ">": 30, ">=": 30, "between": 30, "in": 30,
    "+": 40, "-": 40, "*": 50, "/": 50, "**": 60, "instance": 70, ".": 80, "[": 80, "(": 80,
}  # fmt: skip
COMPARISONS = ("<=", ">=", "<", ">", "=", "!=")
UNARY_MINUS = 65


def parse(text: str, names: Iterable[str] = ()) -> ast.Node:
    """Parse an expression; `names` are the variables in scope (only those with spaces or operators matter)."""
    parser = Parser(text, names)
    node = parser.expression()
    parser.expect_end()
    return node


def parse_unary_tests(text: str, names: Iterable[str] = ()) -> ast.UnaryTests:
    """Parse the tests of a decision table's input entry; `-` and an empty text mean that anything holds."""
    parser = Parser(text, names)
    if text.strip() in ("", "-"):
        return ast.UnaryTests((0, len(text)), ())
    tests = parser.unary_tests()
    parser.expect_end()
    return tests


class Parser:
    """State of one parse: the tokens, where we are in them, and the names in scope."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.depth = 0
        self.names = NameTable([*names, *BUILTIN_NAMES])

    # --- moving about

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        token = self.token
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def at(self, *texts: str) -> bool:
        return self.token.kind in ("symbol", "name") and self.token.text in texts

    def accept(self, text: str) -> bool:
        found = self.at(text)
        if found:
            self.advance()
        return found

    def expect(self, text: str) -> Token:
        if not self.at(text):
            raise self.error(f"Expected {text!r}, found {self.token.text or 'the end'!r}.")
        return self.advance()

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.error(f"The expression should end before {self.token.text!r}.")

    def error(self, message: str, position: int | None = None) -> FeelSyntaxError:
        return FeelSyntaxError(message, self.text, self.token.start if position is None else position)

    def span(self, start: int) -> tuple[int, int]:
        return start, self.tokens[self.index - 1].end if self.index else 0

    # --- expressions

    def expression(self, binding: int = 0) -> ast.Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LimitExceeded(f"The expression is nested deeper than {MAX_DEPTH} levels.")
        start = self.token.start
        left = self.prefix()
        while BINDING.get(self.operator(), 0) > binding:
            left = self.infix(left, start)
        self.depth -= 1
        return left

    def operator(self) -> str:
        return self.token.text if self.token.kind in ("symbol", "name") else ""

    def prefix(self) -> ast.Node:
        token = self.token
        if token.kind == "name":
            return self.word()
        if token.kind in ("number", "string", "at"):
            return self.literal()
        handler = _PREFIX.get(token.text)
        if handler is None:
            raise self.error(f"An expression cannot start with {token.text or 'nothing'!r}.")
        return handler(self)

    def literal(self) -> ast.Node:
        token = self.advance()
        if token.kind == "number":
            return ast.Number(self.span(token.start), Decimal(token.text))
        if token.kind == "string":
            return ast.String(self.span(token.start), unescape(token.text))
        text = self.advance()
        return ast.TemporalLiteral(self.span(token.start), unescape(text.text))

    def word(self) -> ast.Node:
        token = self.token
        known = self.names.longest(self.tokens, self.index) > 1
        if not known and token.text in _WORDS:
            return _WORDS[token.text](self)
        if not known and token.text in KEYWORDS:
            raise self.error(f"{token.text!r} is a FEEL word and cannot stand here.")
        name = self.name()
        return ast.Name(self.span(token.start), name)

    def name(self) -> str:
        """The longest name in scope that starts here; a name nobody knows is one word."""
        if self.token.kind != "name":
            raise self.error(f"A name was expected, found {self.token.text or 'the end'!r}.")
        length = max(1, self.names.longest(self.tokens, self.index))
        words = self.tokens[self.index : self.index + length]
        self.index += length
        return NameTable.joined(words)

    def infix(self, left: ast.Node, start: int) -> ast.Node:
        op = self.advance().text
        special = _INFIX.get(op)
        if special is not None:
            return special(self, left, start)
        right = self.expression(BINDING[op])
        return ast.Binary(self.span(start), op, left, right)

    # --- operators with a shape of their own

    def between(self, left: ast.Node, start: int) -> ast.Node:
        low = self.expression(BINDING["and"])
        self.expect("and")
        high = self.expression(BINDING["between"])
        return ast.Between(self.span(start), left, low, high)

    def membership(self, left: ast.Node, start: int) -> ast.Node:
        at = self.token.start
        if self.at("(") and not self.range_ahead():
            self.advance()
            tests = self.unary_tests()
            self.expect(")")
        else:
            tests = ast.UnaryTests(self.span(at), (self.positive_test(),))
        return ast.In(self.span(start), left, tests)

    def instance(self, left: ast.Node, start: int) -> ast.Node:
        self.expect("of")
        name = self.type_name()
        return ast.InstanceOf(self.span(start), left, name)

    def type_name(self) -> str:
        name = self.name()
        while self.at("<"):
            depth, opened = 0, self.index
            while depth or self.index == opened:
                depth += {"<": 1, ">": -1}.get(self.advance().text, 0)
        return name

    def path(self, left: ast.Node, start: int) -> ast.Node:
        name = self.name()
        return ast.Path(self.span(start), left, name)

    def filter(self, left: ast.Node, start: int) -> ast.Node:
        condition = self.expression()
        self.expect("]")
        return ast.Filter(self.span(start), left, condition)

    def call(self, left: ast.Node, start: int) -> ast.Node:
        names: list[str] = []
        arguments: list[ast.Node] = []
        while not self.at(")"):
            if self.named_argument_ahead():
                names.append(self.name())
                self.expect(":")
            arguments.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        return ast.Call(self.span(start), left, tuple(arguments), tuple(names))

    def named_argument_ahead(self) -> bool:
        ahead = self.index
        while self.tokens[ahead].kind == "name":
            ahead += 1
        return ahead > self.index and self.tokens[ahead].text == ":"

    # --- expressions that start with a word or a bracket

    def negation(self) -> ast.Node:
        start = self.advance().start
        operand = self.expression(UNARY_MINUS)
        return ast.Negation(self.span(start), operand)

    def conditional(self) -> ast.Node:
        start = self.advance().start
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        otherwise = self.expression()
        return ast.If(self.span(start), condition, then, otherwise)

    def iteration(self) -> ast.Node:
        start = self.advance().start
        iterators = self.iterators("return")
        with self.names.also([name for name, _ in iterators] + ["partial"]):
            result = self.expression()
        return ast.For(self.span(start), iterators, result)

    def quantified(self) -> ast.Node:
        token = self.advance()
        iterators = self.iterators("satisfies")
        with self.names.also([name for name, _ in iterators]):
            condition = self.expression()
        return ast.Quantified(self.span(token.start), token.text, iterators, condition)

    def iterators(self, until: str) -> tuple[tuple[str, ast.Node], ...]:
        found: list[tuple[str, ast.Node]] = []
        while True:
            name = self.words_until("in")
            at = self.token.start
            source = self.expression()
            if self.accept(".."):
                high = self.expression()
                source = ast.RangeNode(self.span(at), source, high, True, True)
            found.append((name, source))
            if not self.accept(","):
                break
        self.expect(until)
        return tuple(found)

    def words_until(self, end: str) -> str:
        """A name that is being introduced: every token up to `end`."""
        first = self.index
        while not self.at(end) and self.token.kind != "end":
            self.advance()
        words = self.tokens[first : self.index]
        self.expect(end)
        if not words:
            raise self.error(f"A name was expected before {end!r}.")
        return NameTable.joined(words)

    def function(self) -> ast.Node:
        start = self.advance().start
        self.expect("(")
        parameters: list[str] = []
        while not self.at(")"):
            parameters.append(self.parameter())
            if not self.accept(","):
                break
        self.expect(")")
        if self.at("external"):
            raise self.error("External functions are refused: a model may not run code outside FEEL.")
        with self.names.also(parameters):
            body = self.expression()
        return ast.FunctionLiteral(self.span(start), tuple(parameters), body)

    def parameter(self) -> str:
        first = self.index
        while not self.at(",", ")", ":") and self.token.kind != "end":
            self.advance()
        name = NameTable.joined(self.tokens[first : self.index])
        if self.accept(":"):
            self.type_name()
        return name

    def parenthesis(self) -> ast.Node:
        start = self.token.start
        if self.range_ahead():
            return self.range()
        self.advance()
        inner = self.expression()
        self.expect(")")
        return _with_span(inner, self.span(start))

    def bracket(self) -> ast.Node:
        if self.range_ahead():
            return self.range()
        start = self.advance().start
        items: list[ast.Node] = []
        while not self.at("]"):
            items.append(self.expression())
            if not self.accept(","):
                break
        self.expect("]")
        return ast.ListNode(self.span(start), tuple(items))

    def range_ahead(self) -> bool:
        """Whether the bracket here closes over a `..` at its own level."""
        if self.at("]"):
            return True
        depth = 0
        for token in self.tokens[self.index :]:
            depth += {"(": 1, "[": 1, "{": 1}.get(token.text, 0) if token.kind == "symbol" else 0
            if token.text == ".." and depth == 1:
                return True
            if token.kind == "symbol" and token.text in ")]}":
                depth -= 1
                if depth <= 0:
                    return False
        return False

    def range(self) -> ast.Node:
        opening = self.advance()
        low = self.expression()
        self.expect("..")
        high = self.expression()
        if not self.at("]", ")", "["):
            raise self.error("A range ends with ], ) or [.")
        closing = self.advance()
        return ast.RangeNode(self.span(opening.start), low, high, opening.text == "[", closing.text == "]")

    def context(self) -> ast.Node:
        start = self.advance().start
        entries: list[tuple[str, ast.Node]] = []
        with self.names.also([]):
            while not self.at("}"):
                key = self.key()
                entries.append((key, self.expression()))
                self.names.add(key)
                if not self.accept(","):
                    break
        self.expect("}")
        return ast.ContextNode(self.span(start), tuple(entries))

    def key(self) -> str:
        if self.token.kind == "string":
            key = unescape(self.advance().text)
            self.expect(":")
            return key
        return self.words_until(":")

    # --- unary tests

    def unary_tests(self) -> ast.UnaryTests:
        start = self.token.start
        if self.at("-") and self.tokens[self.index + 1].kind == "end":
            self.advance()
            return ast.UnaryTests(self.span(start), ())
        if self.at("not") and self.tokens[self.index + 1].text == "(":
            self.advance()
            self.advance()
            tests = self.positive_tests()
            self.expect(")")
            return ast.UnaryTests(self.span(start), tests, negated=True)
        tests = self.positive_tests()
        return ast.UnaryTests(self.span(start), tests)

    def positive_tests(self) -> tuple[ast.Node, ...]:
        tests = [self.positive_test()]
        while self.accept(","):
            tests.append(self.positive_test())
        return tuple(tests)

    def positive_test(self) -> ast.Node:
        if self.at(*COMPARISONS):
            op = self.advance()
            operand = self.expression(BINDING["="])
            return ast.UnaryComparison(self.span(op.start), op.text, operand)
        return self.expression()


def _with_span(node: ast.Node, span: tuple[int, int]) -> ast.Node:
    object.__setattr__(node, "span", span)  # the node was made a moment ago and nobody else holds it
    return node


def _constant(value: bool | None) -> Callable[[Parser], ast.Node]:
    def read(parser: Parser) -> ast.Node:
        token = parser.advance()
        span = parser.span(token.start)
        return ast.Null(span) if value is None else ast.Boolean(span, value)

    return read


_PREFIX: dict[str, Callable[[Parser], ast.Node]] = {
    "-": Parser.negation, "(": Parser.parenthesis, "[": Parser.bracket, "]": Parser.range, "{": Parser.context,
}  # fmt: skip
_WORDS: dict[str, Callable[[Parser], ast.Node]] = {
    "if": Parser.conditional, "for": Parser.iteration, "some": Parser.quantified, "every": Parser.quantified,
    "function": Parser.function, "true": _constant(True), "false": _constant(False), "null": _constant(None),
}  # fmt: skip
_INFIX: dict[str, Callable[[Parser, ast.Node, int], ast.Node]] = {
    "between": Parser.between, "in": Parser.membership, "instance": Parser.instance, ".": Parser.path,
    "[": Parser.filter, "(": Parser.call,
}  # fmt: skip
