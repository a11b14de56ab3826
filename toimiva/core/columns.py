"""Columns of numbers and of instants as arrays, and rows of PostgreSQL's binary COPY made of whole columns at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["Instants", "as_instants", "as_texts", "binary_rows", "moment", "moments"]

Instants = NDArray[np.datetime64]  # microseconds in UTC

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_POSTGRESQL_EPOCH = np.datetime64("2000-01-01", "us")
_SIGNATURE, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
# Of whole numbers only the widest: numpy would cut one that is too large for a narrower column, and say nothing.
_WRITTEN = {"bigint": ">i8", "double precision": ">f8", "timestamp with time zone": ">i8"}


def as_instants(values: Sequence[datetime] | Instants) -> Instants:
    """Instants with their zones as an array; one that is such an array already is given back."""
    if isinstance(values, np.ndarray):
        return values
    since = ((one - _EPOCH) // _MICROSECOND for one in values)
    return np.fromiter(since, np.int64, len(values)).astype("datetime64[us]")


def moment(instant: np.datetime64) -> datetime:
    """An instant of an array, in UTC."""
    found: datetime = instant.astype("datetime64[us]").item()
    return found.replace(tzinfo=UTC)


def moments(instants: Instants) -> list[datetime]:
    """The instants of an array, in UTC."""
    return [one.replace(tzinfo=UTC) for one in instants.astype("datetime64[us]").tolist()]


def as_texts(instants: Instants) -> list[str]:
    """The instants of an array as Django writes them into SQLite: with microseconds where they have any."""
    seconds = instants.astype("datetime64[s]")
    texts = pa.array(seconds).cast(pa.string())
    if (instants != seconds).any():
        texts = pc.if_else(pa.array(instants == seconds), texts, pa.array(instants).cast(pa.string()))
    found: list[str] = texts.to_numpy(zero_copy_only=False).tolist()
    return found


def binary_rows(columns: Sequence[tuple[str, Any]], count: int) -> bytes | None:
    """Rows for `COPY ... (FORMAT binary)` of columns, each a type of PostgreSQL with an array, or one value for all.

    None where a type is not one of numbers and instants, or a value is missing (PostgreSQL, "COPY", "Binary Format").
    """
    if any(kind not in _WRITTEN for kind, _ in columns):
        return None
    if any(isinstance(values, list | tuple) and None in values for _, values in columns):
        return None
    parts = [(f"{part}{at}", kind) for at, (name, _) in enumerate(columns)
             for part, kind in (("size", ">i4"), ("value", _WRITTEN[name]))]  # fmt: skip
    rows = np.empty(count, [("fields", ">i2"), *parts])
    rows["fields"] = len(columns)
    for at, (kind, values) in enumerate(columns):
        rows[f"size{at}"] = np.dtype(_WRITTEN[kind]).itemsize
        rows[f"value{at}"] = _since_2000(values) if kind == "timestamp with time zone" else values
    return _SIGNATURE + rows.tobytes() + _END


def _since_2000(values: Any) -> Any:
    """Microseconds, as PostgreSQL counts them."""
    instants = as_instants([values] if isinstance(values, datetime) else values)
    return (instants - _POSTGRESQL_EPOCH).astype(np.int64)
