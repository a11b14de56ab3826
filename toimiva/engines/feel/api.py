"""FEEL, the expression language of DMN: parse once, evaluate for many.

>>> from toimiva.engines.feel.api import evaluate, parse
>>> evaluate(parse("if age >= 6 then \\"offer\\" else \\"wait\\""), {"age": number(6)})
'offer'
"""

from __future__ import annotations

from decimal import Decimal

from toimiva.engines.feel.ast import Node, UnaryTests
from toimiva.engines.feel.errors import FeelError, FeelSyntaxError, LimitExceeded
from toimiva.engines.feel.interpreter import Evaluator, Scope, evaluate, prepare, prepare_tests
from toimiva.engines.feel.parser import parse, parse_unary_tests
from toimiva.engines.feel.values import Function, Range, Value, YearsMonths, kind_of, to_text

__all__ = [
    "Evaluator", "FeelError", "FeelSyntaxError", "Function", "LimitExceeded", "Node", "Range", "Scope", "UnaryTests",
    "Value", "YearsMonths", "evaluate", "kind_of", "number", "parse", "parse_unary_tests", "prepare",
    "prepare_tests", "to_text",
]  # fmt: skip


def number(value: int | str) -> Decimal:
    """A FEEL number from an int or decimal text (never from a float, which is not exact)."""
    return Decimal(value)
