"""Item definitions as FEEL types that values can be held to (DMN 1.5, 7.3.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from toimiva.engines.feel.api import (
    ANY,
    ContextOf,
    Defined,
    FeelError,
    FeelType,
    FunctionOf,
    ListOf,
    Scope,
    UnaryTests,
    UnknownType,
    Value,
    parse_type,
    prepare_tests,
    resolve,
)
from toimiva.engines.models.model import ItemDefinition, Model

__all__ = ["TypeTable"]

OnUnknown = Callable[[int, str], None]


class TypeTable:
    """The types a model can name: its own, those of its imports as `<import>.<type>`, and FEEL's."""

    def __init__(self, items: Mapping[str, ItemDefinition], imports: Mapping[str, Model], unknown: OnUnknown) -> None:
        self._items = items
        self._unknown = unknown
        self.known: dict[str, FeelType] = {}
        for alias, model in imports.items():
            self.known |= {f"{alias}.{name}": kind for name, kind in model.feel_types.items()}
        for name in items:
            self._define(name, ())

    def named(self, ref: str | None, line: int) -> FeelType | None:
        """The type that a `typeRef` names; None, and a fault, where nothing has that name."""
        if not ref:
            return None
        if ref in self.known:
            return self.known[ref]
        try:
            return resolve(parse_type(ref.removeprefix("feel:"), [*self._items, *self.known]), self.known)
        except (FeelError, UnknownType) as error:
            self._unknown(line, str(error))
            return None

    def _define(self, name: str, path: tuple[str, ...]) -> None:
        item = self._items[name]
        if name in self.known:
            return
        if name in path:
            self._unknown(item.line, f"The type {name!r} is made of itself.")
            self.known[name] = ANY
            return
        for used in _used(item):
            if used in self._items:
                self._define(used, (*path, name))
        self.known[name] = self._of(item)

    def _of(self, item: ItemDefinition) -> FeelType:
        kind = self._base(item)
        if item.allowed is not None:
            kind = Defined(item.name, kind, _allowing(item.allowed))
        if item.is_list:
            kind = ListOf(kind)
        if item.constraint is not None:
            kind = Defined(item.name, kind, _allowing(item.constraint))
        return kind

    def _base(self, item: ItemDefinition) -> FeelType:
        if item.components:
            return ContextOf(tuple((name, self._of(part)) for name, part in item.components.items()))
        if item.function is not None:
            takes = tuple(self.named(ref, item.line) or ANY for ref in item.function.parameters)
            return FunctionOf(takes, self.named(item.function.output, item.line))
        return self.named(item.type_ref, item.line) or ANY


def _used(item: ItemDefinition) -> list[str]:
    refs = [item.type_ref] if item.type_ref else []
    if item.function is not None:
        refs += [ref for ref in (*item.function.parameters, item.function.output) if ref]
    return refs + [ref for part in item.components.values() for ref in _used(part)]


def _allowing(tests: UnaryTests) -> Callable[[Value], bool]:
    held = prepare_tests(tests)
    return lambda value: held(Scope({}), value) is True
