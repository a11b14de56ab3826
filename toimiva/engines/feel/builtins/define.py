"""How a built-in is declared: a name, its signatures with their parameters' kinds, and what it computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import DecimalException

from toimiva.engines.feel.values import Function, Signature, Value, kind_of

__all__ = ["builtin", "signature"]

Overload = tuple[str, Callable[..., Value]]


def builtin(name: str, *overloads: Overload) -> Function:
    """A built-in such as `builtin("contains", ("string:string, match:string", lambda s, m: m in s))`.

    A parameter is written `name:kinds`, kinds apart by `|`; without kinds it takes anything. `?` after it makes it
    optional, `...` lets it be repeated. An argument that is not of its kind makes the result null.
    """
    return Function(name, tuple(signature(parameters, compute) for parameters, compute in overloads))


def signature(parameters: str, compute: Callable[..., Value]) -> Signature:
    """One way to call a built-in."""
    parts = [part.strip() for part in parameters.split(",") if part.strip()]
    plain = [part.rstrip("?.") for part in parts]
    kinds = [tuple(part.partition(":")[2].split("|")) if ":" in part else () for part in plain]
    return Signature(
        parameters=tuple(part.partition(":")[0] for part in plain),
        compute=_safely(compute),
        fit=_fitting(kinds),
        optional=sum(part.endswith(("?", "...")) for part in parts),
        variadic=parameters.endswith("..."),
    )


def _safely(compute: Callable[..., Value]) -> Callable[..., Value]:
    def call(*arguments: Value) -> Value:
        try:
            return compute(*arguments)
        except (ArithmeticError, DecimalException, ValueError):
            return None

    return call


_NO = object()


def _fitting(kinds: list[tuple[str, ...]]) -> Callable[[Sequence[Value]], Sequence[Value] | None]:
    last = len(kinds) - 1

    def fit(values: Sequence[Value]) -> Sequence[Value] | None:
        fitted = [_fit_one(value, kinds[min(i, last)]) for i, value in enumerate(values)]
        return None if any(value is _NO for value in fitted) else fitted

    return fit


def _fit_one(value: Value, kinds: tuple[str, ...]) -> Value:
    """The argument as it is, or as the list of one or the one of a list that the parameter takes."""
    if not kinds or kind_of(value) in kinds:
        return value
    if "list" in kinds and value is not None:
        return [value]
    if isinstance(value, list) and len(value) == 1 and kind_of(value[0]) in kinds:
        return value[0]
    return _NO
