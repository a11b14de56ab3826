"""FEEL, the expression language of DMN: parse once, evaluate for many.

>>> from toimiva.engines.feel.api import evaluate, parse
>>> evaluate(parse("if age >= 6 then \\"offer\\" else \\"wait\\""), {"age": number(6)})
'offer'
"""

from __future__ import annotations

from decimal import Decimal

from toimiva.engines.feel.arithmetic import add, equal, ordered
from toimiva.engines.feel.ast import Broken, Node, UnaryTests, literals_of, members_in, names_in, names_used, walk
from toimiva.engines.feel.builtins import BUILTINS, CLOCKED
from toimiva.engines.feel.errors import FeelError, FeelSyntaxError, LimitExceeded
from toimiva.engines.feel.evaluation.evaluate import evaluate
from toimiva.engines.feel.evaluation.functions import TYPES, call, user_function
from toimiva.engines.feel.evaluation.lists import collecting, hold, iterate, select
from toimiva.engines.feel.evaluation.prepare import prepare
from toimiva.engines.feel.evaluation.scope import Evaluator, Run, Scope
from toimiva.engines.feel.evaluation.tests import Test, prepare_tests
from toimiva.engines.feel.parsing.parser import parse, parse_type, parse_unary_tests
from toimiva.engines.feel.types import (
    ANY,
    ContextOf,
    Defined,
    FeelType,
    FunctionOf,
    ListOf,
    Scalar,
    UnknownType,
    coerce,
    conforms,
    resolve,
)
from toimiva.engines.feel.values import (
    Function,
    Range,
    Signature,
    Undefined,
    Value,
    YearsMonths,
    kind_of,
    parse_temporal,
    to_text,
)

__all__ = [
    "ANY",
    "BUILTINS",
    "CLOCKED",
    "TYPES",
    "Broken",
    "ContextOf",
    "Defined",
    "Evaluator",
    "FeelError",
    "FeelSyntaxError",
    "FeelType",
    "Function",
    "FunctionOf",
    "LimitExceeded",
    "ListOf",
    "Node",
    "Range",
    "Run",
    "Scalar",
    "Scope",
    "Signature",
    "Test",
    "UnaryTests",
    "Undefined",
    "UnknownType",
    "Value",
    "YearsMonths",
    "add",
    "call",
    "coerce",
    "collecting",
    "conforms",
    "equal",
    "evaluate",
    "hold",
    "iterate",
    "kind_of",
    "literals_of",
    "members_in",
    "names_in",
    "names_used",
    "number",
    "ordered",
    "parse",
    "parse_temporal",
    "parse_type",
    "parse_unary_tests",
    "prepare",
    "prepare_tests",
    "resolve",
    "select",
    "to_text",
    "user_function",
    "walk",
]  # fmt: skip


def number(value: int | str) -> Decimal:
    """A FEEL number from an int or decimal text (never from a float, which is not exact)."""
    return Decimal(value)
