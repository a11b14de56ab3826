"""Contexts (DMN 1.5, table 77)."""

from __future__ import annotations

from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.values import Value

__all__ = ["FUNCTIONS"]

Context = dict[str, Value]


def _context(entries: list[Value]) -> Context | None:
    """From entries {key, value}; null where a key is missing, not text or there twice."""
    made: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or not entry.keys() >= {"key", "value"}:
            return None
        key = entry["key"]
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


def _put(context: Context, key: str, value: Value) -> Context:
    return {**context, key: value}


def _put_deep(context: Context, keys: list[Value], value: Value) -> Context | None:
    if not keys or not isinstance(keys[0], str):
        return None
    if len(keys) == 1:
        return _put(context, keys[0], value)
    inside = context.get(keys[0])
    changed = _put_deep(inside, keys[1:], value) if isinstance(inside, dict) else None
    return None if changed is None else _put(context, keys[0], changed)


def _merge(contexts: list[Value]) -> Context | None:
    if not all(isinstance(context, dict) for context in contexts):
        return None
    return {key: value for context in contexts for key, value in context.items()}


def _entries(context: Context) -> list[Value]:
    return [{"key": key, "value": value} for key, value in context.items()]


FUNCTIONS = [
    builtin("context", ("entries:list", _context)),
    builtin(
        "context put", ("context:context, key:string, value", _put), ("context:context, keys:list, value", _put_deep)
    ),
    builtin("context merge", ("contexts:list", _merge)),
    builtin("get value", ("m:context, key:string", lambda context, key: context.get(key))),
    builtin("get entries", ("m:context", _entries)),
]
