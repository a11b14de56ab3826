"""Who has looked at a person's data, when and why, from the ledger: at the person's alone, and at everyone's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toimiva.core.city.api import City, text_in
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes

__all__ = ["Use", "uses_of"]

ACTORS: Mapping[str, str | Promise] = {
    "rule": gettext_lazy("the rules of the service"),
    "replay": gettext_lazy("a check that a decision can be made again"),
    "development issuer": gettext_lazy("the list of sample persons"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """An access: when, by whom in words, and for which purpose; `times` of one day together.

    `whose` is `own` for this person's alone, `group` where the person is or may be one of `count`, else `everyone`.
    `named` tells that names or contacts were read.
    """

    at: datetime
    actor: str | Promise
    purpose: str
    times: int
    whose: str
    count: int
    named: bool


def uses_of(city: City, persons: Sequence[str], *, language: str, names: Mapping[str, str | Promise]) -> list[Use]:
    """Accesses to these people's data, newest first, of one actor, purpose and day together. `names` are of actors
    whom the reader knows, as themselves."""
    found = [("own", entry) for person in persons for entry in ledger.about(person, kind="data.read")]
    found += [(whose, entry) for entry in ledger.of_everyone(city.id, "data.read") if (whose := _whose(entry, persons))]
    known, called = purposes.purposes(city), {**ACTORS, **names}
    emergencies = [entry for person in persons for entry in ledger.about(person, kind="access.emergency")]
    groups: dict[tuple[str, ...], list[ledger.Content]] = defaultdict(list)
    for whose, entry in found:
        if entry["purpose"] in known:
            groups[whose, entry["actor"], entry["purpose"], entry["at"][:10]].append(entry)
    uses = [
        _use(known[purpose], called.get(actor, actor), whose, told, language)
        for (whose, actor, purpose, _day), told in groups.items()
    ]
    return sorted([*uses, *map(_in_emergency, emergencies)], key=lambda use: use.at, reverse=True)


def _in_emergency(entry: ledger.Content) -> Use:
    """An official opened a case that another handles."""
    at = datetime.fromisoformat(entry["at"])
    return Use(at, entry["actor"], _("opened in an emergency what another official handles"), 1, "own", 1, True)


def _whose(entry: ledger.Content, persons: Sequence[str]) -> str:
    """Whether an access to several people was to these too: the ledger lists the first of a large group only."""
    listed = entry["body"]["persons"]
    if listed == "everyone":
        return "everyone"
    return "group" if set(listed) & set(persons) or entry["body"]["count"] > len(listed) else ""


def _use(
    purpose: purposes.Purpose, actor: str | Promise, whose: str, told: Sequence[ledger.Content], language: str
) -> Use:
    named = any(table.endswith(".identities") for entry in told for table in entry["body"]["tables"])
    count = max(entry["body"]["count"] or 0 for entry in told)
    at = datetime.fromisoformat(told[-1]["at"])
    return Use(at, actor, text_in(purpose.names, language), len(told), whose, count, named)
