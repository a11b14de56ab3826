"""A delivered file as rows. What cannot be read whole is refused whole: half a file must never pass for a register."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from toimiva.core.errors import Fault, Invalid

__all__ = ["FORMATS", "read_rows"]


def read_rows(name: str, content: bytes) -> pl.DataFrame:
    """Rows of a CSV (UTF-8, comma), JSON Lines or Parquet file. Raises Invalid with place and remedy."""
    suffix = name.rpartition(".")[2].lower()
    reader = FORMATS.get(suffix)
    if reader is None:
        raise Invalid(
            what=f"{name} is not a kind of file that can be read.", mend=f"Send one of: {', '.join(FORMATS)}."
        )
    return reader(name, content)


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        fault = Fault(name, line, f"Byte {error.start} is not UTF-8.", "Export the file again as UTF-8.")
        raise Invalid(what=f"{name} has the wrong encoding.", faults=[fault]) from error
    if text and not text.endswith("\n"):
        fault = Fault(name, text.count("\n") + 1, "The last line does not end.", "Send the whole file again.")
        raise Invalid(what=f"{name} looks like half a file.", faults=[fault])
    return text


def _csv(name: str, content: bytes) -> pl.DataFrame:
    text = _text(name, content)
    try:
        return pl.read_csv(io.StringIO(text), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise Invalid(
            what=f"{name} is not whole CSV.", why=reason, mend="Check quotes and commas; send it again."
        ) from error


def _jsonl(name: str, content: bytes) -> pl.DataFrame:
    rows = []
    for number, line in enumerate(_text(name, content).splitlines(), 1):
        try:
            rows.append({key: None if v is None else str(v) for key, v in json.loads(line).items()})
        except (ValueError, AttributeError, RecursionError) as error:
            fault = Fault(name, number, "The line is not a JSON object.", "Send the whole file again.")
            raise Invalid(what=f"{name} is not JSON Lines.", faults=[fault]) from error
    return pl.DataFrame(rows, infer_schema_length=None)


def _parquet(name: str, content: bytes) -> pl.DataFrame:
    try:
        _check_unpacked(name, content)
        told = pq.read_table(io.BytesIO(content))  # polars' own reader panics over damaged pages
        told.validate(full=True)
        rows = cast("pl.DataFrame", pl.from_arrow(told))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, pa.ArrowException, OSError, ValueError) as error:
        raise Invalid(what=f"{name} is not a whole Parquet file.", why=str(error), mend="Send it again.") from error
    nested = [column for column, kind in rows.schema.items() if kind.is_nested() or kind == pl.Binary]
    if nested:
        why = f"{', '.join(nested)}: lists, structures or bytes."
        raise Invalid(what=f"{name} has columns that are no values.", why=why, mend="Send text, numbers, dates.")
    return rows


_MOST_CELLS, _MOST_BYTES = 200_000_000, 8_000_000_000


def _check_unpacked(name: str, content: bytes) -> None:
    """Refuse a small file that unpacks into more than any register is, before it is unpacked."""
    told = pq.read_metadata(io.BytesIO(content))
    cells = told.num_rows * told.num_columns
    size = sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))
    if cells > _MOST_CELLS or size > _MOST_BYTES:
        raise Invalid(
            what=f"{name} unpacks into {cells} cells and {size} bytes, which no register is.",
            mend=f"Send at most {_MOST_CELLS} cells and {_MOST_BYTES} bytes at once.",
        )


FORMATS: dict[str, Callable[[str, bytes], pl.DataFrame]] = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
