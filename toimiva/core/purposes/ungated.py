"""The same tables without any policy, for one thing only: measuring what the gate costs. What is asked is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from toimiva.core.city.api import City
from toimiva.core.lake import api as lake
from toimiva.core.purposes.catalogue import Purpose
from toimiva.core.purposes.gate import Gate

__all__ = ["ungated"]


@contextmanager
def ungated(city: City, allowed: Purpose) -> Iterator[Gate]:
    """Views over the lake's files, with the columns that the purpose has."""
    with duckdb.connect() as connection:
        for table, columns in allowed.tables.items():
            wanted = ", ".join(f'"{name}"' for name in columns)
            marked = ", false AS objects" if allowed.on_objection == "mark" and "person" in columns else ""
            files = lake.files(city.id, table)
            source = f"read_parquet({files!r})" if files else f'"rows of {table}"'
            if not files:
                connection.register(f"rows of {table}", lake.read(city.id, table).to_arrow())
            connection.execute(f'CREATE VIEW "{table}" AS SELECT {wanted}{marked} FROM {source}')
        yield Gate(connection, allowed)
