"""Each node becomes a closure once, so that the tree is not walked again for every case.

What has no defined result is null with a reason (`Run.warnings`), never an exception (DMN 1.5, 10.3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from toimiva.engines.feel import ast
from toimiva.engines.feel.evaluation.scope import Evaluator

__all__ = ["prepare", "prepares"]

N = TypeVar("N", bound=ast.Node)
_PREPARE: dict[type, Callable[[Any], Evaluator]] = {}


def prepares(*kinds: type[N]) -> Callable[[Callable[[Any], Evaluator]], Callable[[Any], Evaluator]]:
    """Declares how nodes of these kinds are prepared."""

    def keep(function: Callable[[Any], Evaluator]) -> Callable[[Any], Evaluator]:
        for kind in kinds:
            _PREPARE[kind] = function
        return function

    return keep


def prepare(node: ast.Node) -> Evaluator:
    """The node as a function of a scope."""
    return _PREPARE[type(node)](node)
