"""How a built-in is declared: a name, its parameters with their kinds, and what it computes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import DecimalException

from toimiva.engines.feel.values import Function, Value, kind_of

__all__ = ["builtin"]


def builtin(
    name: str, parameters: str, compute: Callable[..., Value], *, variadic: bool = False, optional: int = 0
) -> Function:
    """A built-in such as `builtin("contains", "string:string, match:string", ...)`.

    An argument that is not of its kind makes the result null; a parameter without a kind takes anything.
    """
    pairs = [part.strip().partition(":") for part in parameters.split(",") if part.strip()]
    names = tuple(pair[0] for pair in pairs)
    kinds = [pair[2].split("|") if pair[2] else [] for pair in pairs]

    def call(*arguments: Value) -> Value:
        if not all(_fits(value, kinds[min(i, len(kinds) - 1)]) for i, value in enumerate(arguments)):
            return None
        try:
            return compute(*arguments)
        except (ArithmeticError, DecimalException, ValueError):
            return None

    return Function(name, names, call, variadic=variadic, optional=optional)


def _fits(value: Value, kinds: list[str]) -> bool:
    return not kinds or kind_of(value) in kinds
