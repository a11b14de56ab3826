"""Strings (DMN 1.5, table 71): positions count from one, negative ones from the end."""

from __future__ import annotations

from decimal import Decimal

from toimiva.engines.feel.builtins.define import builtin

__all__ = ["FUNCTIONS"]


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first = int(start) - 1 if start > 0 else len(text) + int(start)
    if start == 0 or first < 0:
        return None
    return text[first:] if length is None else text[first : first + int(length)]


def _before(text: str, match: str) -> str:
    return text.partition(match)[0] if match in text else ""


def _join(parts: list[str | None], delimiter: str | None = None) -> str | None:
    kept = [part for part in parts if part is not None]
    return (delimiter or "").join(kept) if all(isinstance(part, str) for part in kept) else None


FUNCTIONS = [
    builtin("substring", "string:string, start position:number, length:number", _substring, optional=1),
    builtin("string length", "string:string", lambda s: Decimal(len(s))),
    builtin("upper case", "string:string", str.upper),
    builtin("lower case", "string:string", str.lower),
    builtin("substring before", "string:string, match:string", _before),
    builtin("substring after", "string:string, match:string", lambda s, m: s.partition(m)[2]),
    builtin("contains", "string:string, match:string", lambda s, m: m in s),
    builtin("starts with", "string:string, match:string", str.startswith),
    builtin("ends with", "string:string, match:string", str.endswith),
    builtin("string join", "list:list, delimiter:string|null", _join, optional=1),
    builtin("split", "string:string, delimiter:string", lambda s, d: s.split(d)),
]
