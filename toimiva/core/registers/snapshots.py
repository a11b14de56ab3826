"""Snapshots: which version of each table a round or a decision rests on."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.registers.models import Snapshot

__all__ = ["Pinned", "get_snapshot", "take_snapshot", "verify_snapshot"]

Pinned = Snapshot


def take_snapshot(city: City, *, as_of: date, at: datetime) -> Snapshot:
    """Pin the newest version of every table. The same versions are the same snapshot."""
    tables = {name: _pin(city, name) for name in lake.tables(city.id)}
    if not tables:
        raise NotFound(what=f"{city.id} has no registers yet.", mend=f"Run `toimiva city create {city.id}` first.")
    name = f"{city.id}-{as_of}-{_short(tables)}"
    return Snapshot.objects.get_or_create(
        id=name, defaults={"city": city.id, "as_of": as_of, "taken": at, "tables": tables}
    )[0]


def _pin(city: City, table: str) -> dict[str, object]:
    version = lake.version(city.id, table)
    return {"version": version, "digest": lake.digest(city.id, table, version)}


def _short(tables: dict[str, dict[str, object]]) -> str:
    """Over names and versions: file bytes carry random names, and two equal cities should name equal snapshots."""
    versions = {name: pin["version"] for name, pin in tables.items()}
    return hashlib.sha256(ledger.canonical(versions).encode()).hexdigest()[:8]


def get_snapshot(snapshot_id: str) -> Snapshot:
    """A snapshot by its id. Raises NotFound."""
    found = Snapshot.objects.filter(id=snapshot_id).first()
    if found is None:
        raise NotFound(what=f"There is no snapshot {snapshot_id!r}.", mend="Use an id that a round names.")
    return found


def verify_snapshot(snapshot: Snapshot) -> None:
    """Raises Conflict, naming the table, when a stored byte differs from what was pinned.

    Identities are not looked at: decisions rest on none, and erasures take people out of them.
    """
    for name, pin in snapshot.tables.items():
        if name.endswith(".identities"):
            continue
        if lake.digest(snapshot.city, name, pin["version"]) != pin["digest"]:
            raise Conflict(
                what=f"The stored data of snapshot {snapshot.id} has changed.",
                why=f"Table {name}, version {pin['version']}, no longer has the SHA-256 it was pinned with.",
                mend="Restore the lake from a backup; decisions of this snapshot cannot be proven until then.",
            )
