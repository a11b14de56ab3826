"""Plug-ins of one kind, found by registration: a gateway, a register's reader, a dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from toimiva.core.errors import NotFound

__all__ = ["Registry", "UnknownPlugin"]

P = TypeVar("P")


class UnknownPlugin(NotFound):
    """No installed plug-in has this key."""


class Registry(Generic[P]):
    """Plug-ins of one kind by key, such as `gateways = Registry[Gateway]("message gateway")`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._plugins: dict[str, P] = {}

    def register(self, key: str) -> Callable[[type[P]], type[P]]:
        """Class decorator that keeps one instance under the key."""

        def keep(plugin: type[P]) -> type[P]:
            if key in self._plugins:
                raise ValueError(f"Two plug-ins call themselves {self.kind} {key!r}: rename {plugin.__qualname__}.")
            self._plugins[key] = plugin()
            return plugin

        return keep

    def __getitem__(self, key: str) -> P:
        if key not in self._plugins:
            raise UnknownPlugin(
                what=f"There is no {self.kind} {key!r}.", mend=f"Use one of: {', '.join(sorted(self._plugins))}."
            )
        return self._plugins[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> list[str]:
        """Keys of all installed plug-ins."""
        return sorted(self._plugins)
