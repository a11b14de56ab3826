"""Times as they are written: ISO 8601, instants and intervals, in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from toimiva.core.columns import Instants

__all__ = ["read_instant", "read_instants", "read_time", "write_time"]

_UTC = pa.timestamp("us", "UTC")
_FIRST_YEAR = -62_135_596_800_000_000  # microseconds before 1970 that Python's calendar begins


def read_instant(text: object) -> dt.datetime:
    """An instant; without a zone it is UTC. Raises ValueError."""
    if not isinstance(text, str) or "T" not in text:
        raise ValueError("a time is a text such as 2027-01-11T10:00:00Z")
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is dt.UTC:
            return found
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is no time such as 2027-01-11T10:00:00Z") from error


def read_instants(texts: Sequence[object]) -> Instants:
    """Instants written with their zones, whole columns at once. Raises ValueError where one is written in another way,
    and has to be looked at by itself.
    """
    if {*map(type, texts)} - {str} or {text[10:11] for text in texts} - {"T"}:  # type: ignore[index]
        raise ValueError("not times in one way")
    found = pa.array(texts, pa.string()).cast(_UTC).cast(pa.int64()).to_numpy(zero_copy_only=False)
    if len(found) and found.min() < _FIRST_YEAR:
        raise ValueError("a year before the first")
    return found.view("datetime64[us]")


def read_time(text: object) -> tuple[dt.datetime, dt.datetime | None]:
    """An instant, or both ends of an interval. Raises ValueError."""
    if isinstance(text, str) and "/" in text:
        start, end = (read_instant(part) for part in text.split("/", 1))
        if end < start:
            raise ValueError("an interval ends before it starts")
        return start, end
    return read_instant(text), None


def write_time(start: dt.datetime | None, end: dt.datetime | None = None) -> str | None:
    """As the standard writes it; None where there is none."""
    if start is None:
        return None
    return f"{_written(start)}/{_written(end)}" if end is not None else _written(start)


def _written(instant: dt.datetime) -> str:
    precision = "auto" if instant.microsecond % 1000 else "milliseconds"
    utc = instant if instant.tzinfo is dt.UTC else instant.astimezone(dt.UTC)
    return f"{utc.isoformat(timespec=precision)[:-6]}Z"  # instead of +00:00
