"""The door of evaluation: everything that can be prepared is known once this is imported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from toimiva.engines.feel import ast
from toimiva.engines.feel.errors import LimitExceeded
from toimiva.engines.feel.evaluation import functions, lists, operators, tests  # noqa: F401 - they declare their nodes
from toimiva.engines.feel.evaluation.prepare import prepare
from toimiva.engines.feel.evaluation.scope import Run, Scope
from toimiva.engines.feel.values import Value

__all__ = ["evaluate"]


def evaluate(node: ast.Node, values: Mapping[str, Value], now: dt.datetime | None = None) -> Value:
    """Value of the node for these variables; reasons for nulls are dropped (`prepare` and a Scope keep them).

    `now` is what now() and today() tell; without it they are null. Raises `LimitExceeded`.
    """
    try:
        return prepare(node)(Scope(values, Run(now=now)))
    except RecursionError as error:
        raise LimitExceeded(
            "The expression is nested deeper than the machine allows. Split it into decisions."
        ) from error
