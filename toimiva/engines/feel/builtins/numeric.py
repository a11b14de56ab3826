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
from toimiva.engines.feel.values import DECIMAL, YearsMonths

__all__ = ["FUNCTIONS"]

_SCALES = range(-6111, 6177)


def _rounder(mode: str) -> Callable[..., Decimal | None]:
    def rounded(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
        places = int(scale)
        if places not in _SCALES:
            return None
        if -int(number.as_tuple().exponent) <= places:
            return number
        return number.quantize(Decimal(1).scaleb(-places), rounding=mode, context=DECIMAL)

    return rounded


def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    quotient = DECIMAL.divide(dividend, divisor).to_integral_value(rounding=ROUND_FLOOR)
    return DECIMAL.subtract(dividend, DECIMAL.multiply(divisor, quotient))


def _log(number: Decimal) -> Decimal | None:
    return DECIMAL.ln(number) if number > 0 else None


_ROUNDED = "n:number, scale:number"

FUNCTIONS = [
    builtin("decimal", (_ROUNDED, _rounder(ROUND_HALF_EVEN))),
    builtin("floor", (_ROUNDED + "?", _rounder(ROUND_FLOOR))),
    builtin("ceiling", (_ROUNDED + "?", _rounder(ROUND_CEILING))),
    builtin("round up", (_ROUNDED, _rounder(ROUND_UP))),
    builtin("round down", (_ROUNDED, _rounder(ROUND_DOWN))),
    builtin("round half up", (_ROUNDED, _rounder(ROUND_HALF_UP))),
    builtin("round half down", (_ROUNDED, _rounder(ROUND_HALF_DOWN))),
    builtin(
        "abs",
        ("n:number", abs),
        ("n:days and time duration", abs),
        ("n:years and months duration", lambda d: YearsMonths(abs(d.months))),
    ),
    builtin("modulo", ("dividend:number, divisor:number", _modulo)),
    builtin("sqrt", ("number:number", DECIMAL.sqrt)),
    builtin("log", ("number:number", _log)),
    builtin("exp", ("number:number", DECIMAL.exp)),
    builtin("odd", ("number:number", lambda n: n % 2 != 0)),
    builtin("even", ("number:number", lambda n: n % 2 == 0)),
]
