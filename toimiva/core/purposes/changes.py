"""What has changed between two snapshots, as far as a purpose sees it: which rows and columns, never their values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Q

from toimiva.core.city.api import City
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes.catalogue import Purpose, purpose
from toimiva.core.purposes.gate import PERSON_COLUMNS
from toimiva.core.purposes.models import Consent, Objection
from toimiva.core.registers import api as registers

__all__ = ["Change", "changes"]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is new, gone or changed, by its key; or a person's say (no table, key `person`).

    `columns` are those that differ in a changed row.
    """

    table: str
    change: Literal["new", "gone", "changed", "said"]
    key: Mapping[str, str]
    columns: tuple[str, ...] = ()


def changes(
    city: City, purpose_id: str, before: registers.Pinned, after: registers.Pinned, *, actor: str, reason: str,
    at: datetime, also: Collection[str] = (),
) -> list[Change]:  # fmt: skip
    """Personal rows that differ in the purpose's columns, and who has objected or consented since, or taken it back.

    `also` names tables about nobody, such as areas, whose rows are compared too.

    The look is in the ledger first, as a read of the purpose's data.
    """
    allowed = purpose(city, purpose_id)
    tables = [name for name, columns in allowed.tables.items() if name in also or {*PERSON_COLUMNS} & {*columns}]
    body = {"reason": reason, "snapshots": [before.id, after.id], "tables": tables, "persons": "everyone"}
    ledger.append(ledger.NewEntry(city.id, "data.compared", actor, at, "", allowed.id, body))
    found = [change for table in tables for change in _of_table(city, allowed, table, before, after)]
    return [*found, *_said(city, allowed, since=before.taken)]


def _of_table(
    city: City, allowed: Purpose, table: str, before: registers.Pinned, after: registers.Pinned
) -> Iterator[Change]:
    key = registers.table(city, table.removesuffix(".identities")).key
    pins = (snapshot.tables.get(table) for snapshot in (before, after))
    was, now = (pin["version"] if pin else None for pin in pins)
    if was == now or now is None:
        return
    columns = list(dict.fromkeys((*key, *allowed.tables[table])))
    rows = lake.differences(city.id, table, columns, key, was, now)
    for row in rows.iter_rows(named=True):
        yield Change(table, row["change"], {name: row[name] for name in key}, tuple(row["columns"]))


def _said(city: City, allowed: Purpose, *, since: datetime) -> Iterator[Change]:
    for model, begun in ((Objection, "since"), (Consent, "given")):
        rows = model.objects.filter(Q(**{f"{begun}__gt": since}) | Q(withdrawn__gt=since))
        persons = rows.filter(city=city.id, purpose=allowed.id).order_by("person").values_list("person", flat=True)
        yield from (Change("", "said", {"person": person}) for person in persons.distinct())
