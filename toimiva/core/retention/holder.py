"""What a part holds of a person, and the interface by which it tells and erases it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise

from toimiva.core.city.api import City
from toimiva.core.registry import Registry

__all__ = ["Does", "Holder", "Holding", "holders"]

Does = Literal["erase", "keep", "wait"]


@dataclass(frozen=True, slots=True)
class Holding:
    """Something a part has of a person: `count` rows of it, and what an erasure does with them.

    `erase`: they go. `keep`: the law named in `why` keeps them. `wait`: something is under way and must end first;
    `why` says what.
    """

    what: str | Promise
    count: int
    does: Does
    why: str | Promise


class Holder(ABC):
    """A part's own knowledge of what it stores; one that erases nothing tells only what is kept. Persons are
    pseudonyms."""

    @abstractmethod
    def holdings(self, city: City, person: str) -> Iterable[Holding]:
        """What there is of a person now; nothing with a count of 0."""

    def erase(self, city: City, person: str) -> None:  # noqa: B027 - one that only keeps erases nothing
        """Erase what `holdings` said goes. Done again, it changes nothing."""

    def expire(self, city: City, at: datetime) -> int:
        """Erase of everyone what is older than its purpose keeps; how many rows."""
        return 0


holders = Registry[Holder]("holder of personal data")
