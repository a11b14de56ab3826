"""Numbers: rounding, modulo and the like (DMN 1.5, table 73)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.values import DECIMAL

__all__ = ["FUNCTIONS"]


def _rounder(mode: str) -> Callable[..., Decimal]:
    def rounded(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
        return number.quantize(Decimal(1).scaleb(-int(scale)), rounding=mode, context=DECIMAL)

    return rounded


def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    quotient = DECIMAL.divide(dividend, divisor).to_integral_value(rounding=ROUND_FLOOR)
    return DECIMAL.subtract(dividend, DECIMAL.multiply(divisor, quotient))


FUNCTIONS = [
    builtin("decimal", "n:number, scale:number", _rounder(ROUND_HALF_EVEN)),
    builtin("floor", "n:number, scale:number", _rounder(ROUND_FLOOR), optional=1),
    builtin("ceiling", "n:number, scale:number", _rounder(ROUND_CEILING), optional=1),
    builtin("round up", "n:number, scale:number", _rounder(ROUND_UP)),
    builtin("round down", "n:number, scale:number", _rounder(ROUND_DOWN)),
    builtin("round half up", "n:number, scale:number", _rounder(ROUND_HALF_UP)),
    builtin("round half down", "n:number, scale:number", _rounder(ROUND_HALF_DOWN)),
    builtin("abs", "n:number", abs),
    builtin("modulo", "dividend:number, divisor:number", _modulo),
    builtin("sqrt", "number:number", DECIMAL.sqrt),
    builtin("log", "number:number", DECIMAL.ln),
    builtin("exp", "number:number", DECIMAL.exp),
    builtin("odd", "number:number", lambda n: n % 2 != 0),
    builtin("even", "number:number", lambda n: n % 2 == 0),
]
