"""Strings (DMN 1.5, table 71): positions count from one, negative ones from the end."""

from __future__ import annotations

from decimal import Decimal

from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.builtins.patterns import matches, replace, split

__all__ = ["FUNCTIONS"]


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first = int(start) - 1 if start > 0 else len(text) + int(start)
    if start == 0 or first < 0 or (length is not None and length < 1):
        return None
    return text[first:] if length is None else text[first : first + int(length)]


def _before(text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


def _after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


def _join(parts: list[str | None], delimiter: str | None = None) -> str | None:
    kept = [part for part in parts if part is not None]
    return (delimiter or "").join(kept) if all(isinstance(part, str) for part in kept) else None


_MATCH = "string:string, match:string"

FUNCTIONS = [
    builtin("substring", ("string:string, start position:number, length:number?", _substring)),
    builtin("string length", ("string:string", lambda s: Decimal(len(s)))),
    builtin("upper case", ("string:string", str.upper)),
    builtin("lower case", ("string:string", str.lower)),
    builtin("substring before", (_MATCH, _before)),
    builtin("substring after", (_MATCH, _after)),
    builtin("contains", (_MATCH, lambda s, m: m in s)),
    builtin("starts with", (_MATCH, str.startswith)),
    builtin("ends with", (_MATCH, str.endswith)),
    builtin("string join", ("list:list, delimiter:string|null?", _join)),
    builtin("matches", ("input:string, pattern:string, flags:string|null?", matches)),
    builtin("replace", ("input:string, pattern:string, replacement:string, flags:string|null?", replace)),
    builtin("split", ("string:string, delimiter:string", split)),
]
