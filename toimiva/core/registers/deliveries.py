"""From a delivered file to the lake: read, check against the contract, set bad rows aside, pseudonymise, land."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import transaction

from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.registers import contracts
from toimiva.core.registers.models import Delivery
from toimiva.core.registers.pseudonyms import pseudonyms
from toimiva.core.registers.reading import read_rows
from toimiva.core.registers.rules import broken_rules, typed
from toimiva.core.registers.sealing import seal

__all__ = ["Outcome", "begin_own", "newest_deliveries", "receive", "receive_folder"]

LINE = "__line"
_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery. `quarantine` is the file with the rows set aside, if there were any."""

    table: str
    state: str
    rows: int
    bad_rows: int
    version: int | None
    reason: str = ""
    quarantine: Path | None = None


def receive(city: City, table: str, name: str, content: bytes, *, at: datetime, changes: bool = False) -> Outcome:
    """Check a delivery of `table` and land it: the whole table, or with `changes` rows to insert or update.

    A file of changes lands once; a whole table again where another delivery came between.

    Raises Invalid when it is refused whole; the refusal is on record and the last good version stays.
    """
    digest = hashlib.sha256(content).hexdigest()
    landed = Delivery.objects.filter(city=city.id, table=table, state="landed").order_by("-received", "-pk")
    known = landed.filter(digest=digest).first() if changes else landed.first()
    if known and known.digest == digest:
        return Outcome(table, "already landed", known.rows, known.bad_rows, known.version)
    try:
        outcome = _land(city, table, name, content, digest, changes=changes)
    except Invalid as refusal:
        _record(city, Outcome(table, "refused", 0, 0, None, str(refusal)), name, digest, at)
        raise
    _record(city, outcome, name, digest, at)
    return outcome


def _land(city: City, table: str, name: str, content: bytes, digest: str, *, changes: bool) -> Outcome:
    contract = contracts.table(city, table)
    rows = read_rows(name, content)
    _check_columns(name, rows, contract)
    rows = rows.with_row_index(LINE, offset=2 if name.endswith(".csv") else 1)
    bad = _bad_cells(rows, contract)
    bad_lines = bad[LINE].n_unique()
    if bad_lines > contract.max_bad_share * max(len(rows), 1):
        raise _too_many(name, bad, bad_lines, len(rows), contract.max_bad_share)
    quarantine = _set_aside(city, digest, rows, bad) if bad_lines else None
    good = rows.join(bad.select(LINE).unique(), on=LINE, how="anti", maintain_order="left")
    version = _write(city, table, contract, good, changes=changes)
    return Outcome(table, "landed", len(good), bad_lines, version, quarantine=quarantine)


def _check_columns(name: str, rows: pl.DataFrame, contract: contracts.Table) -> None:
    missing = [field for field in contract.fields if field not in rows.columns]
    if missing:
        faults = [Fault(name, 1, f"The column {field!r} is missing.", "Send it, even if empty.") for field in missing]
        raise Invalid(what=f"{name} does not have the columns of its contract.", faults=faults)


def _bad_cells(rows: pl.DataFrame, contract: contracts.Table) -> pl.DataFrame:
    """(line, field, value, rule) of every cell that breaks a rule, and of rows whose key came before."""
    rules = list(broken_rules(contract, rows.schema))
    flags = rows.select(LINE, *(broken.alias(str(i)) for i, (_, _, broken) in enumerate(rules)))
    parts = [
        rows.filter(flags[str(i)]).select(
            LINE, field=pl.lit(field), value=pl.col(field).cast(pl.String), rule=pl.lit(rule)
        )
        for i, (field, rule, _) in enumerate(rules)
        if flags[str(i)].any()
    ]
    key = [name for name, rule in contract.fields.items() if (rule.becomes or name) in contract.key]
    again = rows.filter(~pl.struct(key).is_first_distinct())
    words = f"must be one of a kind by {', '.join(key)}"
    parts.append(again.select(LINE, field=pl.lit(key[0]), value=pl.col(key[0]).cast(pl.String), rule=pl.lit(words)))
    return pl.concat(parts).sort(LINE)


def _too_many(name: str, bad: pl.DataFrame, lines: int, rows: int, allowed: float) -> Invalid:
    faults = [
        Fault(name, row[LINE], f"{row['field']} {row['rule']}.") for row in bad.head(_EXAMPLES).iter_rows(named=True)
    ]
    return Invalid(
        what=f"{name} is refused whole: {lines} of {rows} rows break its contract.",
        why=f"At most {allowed:.1%} may. The first {len(faults)}:",
        faults=faults,
        mend="Correct them in the source register and deliver again. The last good version stays in use.",
    )


def _set_aside(city: City, digest: str, rows: pl.DataFrame, bad: pl.DataFrame) -> Path:
    path = Path(settings.HOME) / "quarantine" / city.id / f"{digest[:16]}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {row[LINE]: row for row in rows.join(bad.select(LINE).unique(), on=LINE, how="semi").iter_rows(named=True)}
    with path.open("w", encoding="utf-8") as file:
        for cell in bad.iter_rows(named=True):
            row = {key: value for key, value in whole[cell[LINE]].items() if key != LINE}
            content = {
                "line": cell[LINE],
                "field": cell["field"],
                "value": cell["value"],
                "rule": cell["rule"],
                "row": row,
            }
            file.write(json.dumps(content, default=str, ensure_ascii=False) + "\n")
    return path


def _write(city: City, table: str, contract: contracts.Table, rows: pl.DataFrame, *, changes: bool) -> int:
    """Land pseudonymous columns in the table and identifying ones in `<table>.identities`."""
    ready = rows.select(typed(name, rule, rows.schema[name]).alias(name) for name, rule in contract.fields.items())
    codes = {
        name: rule.becomes for name, rule in contract.fields.items() if rule.type == "identity_code" and rule.becomes
    }
    ready = ready.with_columns(pseudonyms(city, ready[name]).alias(becomes) for name, becomes in codes.items())
    put = lake.merge if changes else lake.write
    key = list(contract.key)
    sealed = [name for name in contract.identifying if contract.fields[name].type == "identity_code"]
    ready = ready.with_columns(seal(city, ready[name]) for name in sealed)
    if contract.identifying:
        put(city.id, f"{table}.identities", ready.select(*key, *contract.identifying), key=key)
    return put(city.id, table, ready.select(list(contract.landed())), key=key)


def _record(city: City, outcome: Outcome, name: str, digest: str, at: datetime) -> None:
    with transaction.atomic():
        Delivery.objects.update_or_create(
            city=city.id,
            table=outcome.table,
            digest=digest,
            defaults={
                "file": name, "received": at, "rows": outcome.rows, "bad_rows": outcome.bad_rows,
                "state": outcome.state, "reason": outcome.reason[:4000], "version": outcome.version,
            },
        )  # fmt: skip
        body: dict[str, Any] = {"file": name, "sha256": digest, "rows": outcome.rows, "bad_rows": outcome.bad_rows}
        ledger.append(
            ledger.NewEntry(
                city.id, f"delivery.{outcome.state}", actor="register", at=at, subject=outcome.table, body=body
            )
        )


def receive_folder(city: City, folder: Path, *, at: datetime) -> Iterable[Outcome]:
    """Every `<register>.<table>[.changes].<format>` dropped in a folder; each file is moved to `done` or `refused`."""
    for path in sorted(folder.glob("*.*.*")):
        if not path.is_file():
            continue
        register, table, *rest = path.name.split(".")
        where = "done"
        try:
            yield receive(
                city, f"{register}.{table}", path.name, path.read_bytes(), at=at, changes=rest[0] == "changes"
            )
        except Invalid as refusal:
            where = "refused"
            yield Outcome(f"{register}.{table}", "refused", 0, 0, None, str(refusal))
        (folder / where).mkdir(exist_ok=True)
        path.rename(folder / where / path.name)


def begin_own(city: City, *, at: datetime) -> None:
    """The registers that the platform keeps itself begin empty, where they have not begun."""
    for contract in contracts.contracts(city).values():
        for short, table in contract.tables.items() if contract.own else ():
            name = f"{contract.id}.{short}"
            if name not in lake.tables(city.id):
                receive(city, name, f"{name}.csv", ",".join(table.fields).encode() + b"\n", at=at)


def newest_deliveries(city: City) -> dict[str, Delivery]:
    """The newest delivery of each table of a city, landed or refused."""
    rows = Delivery.objects.filter(city=city.id).order_by("received", "pk")
    return {row.table: row for row in rows}
