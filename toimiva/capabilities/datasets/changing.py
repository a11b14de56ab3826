"""When a data set of the city's own has really changed: its rows are looked at, and another digest is a change."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from toimiva.capabilities.datasets.catalogue import Table
from toimiva.capabilities.datasets.events import DatasetChanged
from toimiva.capabilities.datasets.files import plain
from toimiva.capabilities.datasets.models import Looked
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.event import announce
from toimiva.core.publishing.api import open_tables

__all__ = ["look", "look_live"]

_HOURLY = 5 * 3600  # turns of the worker, five a second


def look(city: City, *, at: datetime) -> list[str]:
    """Names of the city's data sets that have changed since the last look; a first look tells nothing as changed."""
    return [table.id for table in (Table(city, key, open_tables[key]) for key in open_tables) if _look(table, at)]


def _look(table: Table, at: datetime) -> bool:
    rows = plain(table.rows())
    digest = hashlib.sha256(rows.write_csv().encode()).hexdigest()
    name = f"{table.city.id}.{table.id}"
    with transaction.atomic():
        known, _ = Looked.objects.get_or_create(
            name=name, defaults={"digest": digest, "rows": len(rows), "changed": at}
        )
        if known.digest == digest:
            return False
        Looked.objects.filter(pk=known.pk).update(digest=digest, rows=len(rows), changed=at)
        announce(DatasetChanged(city=table.city.id, dataset=name, rows=len(rows), at=at))
    return True


def look_live(turn: int) -> None:
    """Look at every city's data sets, once an hour."""
    if turn % _HOURLY == 0:
        for name in cities.cities():
            look(cities.load(name), at=cities.now(name))
