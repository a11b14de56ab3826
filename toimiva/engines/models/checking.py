"""What a model that can be read may still have wrong: names that nothing gives, and arrows that are not drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from toimiva.engines.feel.api import Node, names_in
from toimiva.engines.models.faults import Fault
from toimiva.engines.models.model import BusinessKnowledge, Context, Decision, FunctionDefinition, Loop, Model

__all__ = ["check", "nodes_below"]


def check(model: Model) -> Iterator[Fault]:
    """Every use of something that the model has but its user does not require: without the arrow it is null."""
    known = {*model.inputs, *model.decisions, *model.knowledge, *model.services}
    users: list[Decision | BusinessKnowledge] = [*model.decisions.values(), *model.knowledge.values()]
    for user in users:
        logic = user.expression if isinstance(user, Decision) else user.function
        missing = (_names(logic) - _introduced(logic) - {*user.requires, user.name}) & known
        for name in sorted(missing):
            what = f"{user.name!r} uses {name!r} without requiring it, so that it is null there."
            yield Fault(user.line, what, f"Draw an arrow from {name!r} to {user.name!r}.")


def nodes_below(logic: object) -> Iterator[Node]:
    """Every FEEL expression of a boxed expression, and of those inside it."""
    return (part for part in _parts(logic) if isinstance(part, Node))


def _parts(value: object) -> Iterator[object]:
    """A boxed expression and everything below it, down to FEEL nodes."""
    yield value
    if isinstance(value, Node):
        return
    if isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _parts(getattr(value, field.name))


def _names(logic: object) -> set[str]:
    return {name for node in nodes_below(logic) for name in names_in(node)}


def _introduced(logic: object) -> set[str]:
    """Names that boxed expressions give themselves: entries, parameters and loop variables."""
    found: set[str] = set()
    for part in _parts(logic):
        match part:
            case Context():
                found |= {entry.name for entry in part.entries if entry.name}
            case FunctionDefinition():
                found |= {parameter.name for parameter in part.parameters}
            case Loop():
                found |= {part.variable, "partial"}
    return found
