"""The documentation for developers, from the interface's own OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Operation", "operations"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its method and address, what it does, its parameters, and whether anyone may try it as it is."""

    method: str
    path: str
    summary: str
    about: str
    parameters: Sequence[Mapping[str, Any]]
    plain: bool


def operations(description: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Operations of an OpenAPI document by their tags, in its order."""
    found: dict[str, list[Operation]] = {}
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            parameters = told.get("parameters", [])
            plain = method == "get" and not parameters and not told.get("security")
            one = Operation(
                method.upper(), path, told.get("summary", ""), told.get("description", ""), parameters, plain
            )
            found.setdefault((told.get("tags") or [""])[0], []).append(one)
    return found
