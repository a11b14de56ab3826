"""Types as they are written after `instance of` and beside a parameter (DMN 1.5, grammar rules 66 to 68)."""

from __future__ import annotations

from toimiva.engines.feel import ast
from toimiva.engines.feel.parsing.core import Parser

__all__ = ["type_ref"]


def type_ref(p: Parser) -> ast.TypeRef:
    """A type: a name, or list<…>, range<…>, context<…>, function<…> -> …"""
    start = p.token.start
    name = _qualified_name(p)
    parts: list[ast.TypeRef] = []
    labels: list[str] = []
    if p.accept("<"):
        while not p.at(">"):
            if name == "context":
                labels.append(p.new_name(":"))
                p.expect(":")
            parts.append(type_ref(p))
            if not p.accept(","):
                break
        p.expect(">")
    result = type_ref(p) if p.accept("->") else None
    return ast.TypeRef(p.span(start), name, tuple(parts), tuple(labels), result)


def _qualified_name(p: Parser) -> str:
    name = "function" if p.accept("function") else p.name()
    while p.accept("."):
        name += f".{p.name()}"
    return name
