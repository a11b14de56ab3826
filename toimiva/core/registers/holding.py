"""What the registers' copies in the lake have of a person, and how identities are taken out of every version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from toimiva.core.city.api import City, text_in
from toimiva.core.lake import api as lake
from toimiva.core.registers.contracts import contracts
from toimiva.core.registers.pseudonyms import pseudonym
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["RegisterHolder"]


@holders.register("registers")
class RegisterHolder(Holder):
    """Names, codes and contacts go; what is left tells of a pseudonym, and decisions rest on it."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Rows by table, and rows that were set aside because they broke their contract."""
        for table, name, law, columns in _tables(city):
            count = _count(city, table, person, columns)
            if count and table.endswith(".identities"):
                why = _("the register itself keeps it, and sends it again while you live here: %(law)s") % {"law": law}
                yield Holding(_("name, identity code and contacts in %(table)s") % {"table": name}, count, "erase", why)
            elif count:
                why = _("without a name; decisions must be provable: %(law)s") % {"law": law}
                yield Holding(_("entries in %(table)s") % {"table": name}, count, "keep", why)
        aside = sum(len(_lines(path, city, person)[1]) for path in _set_aside(city))
        if aside:
            yield Holding(gettext_lazy("rows set aside because they broke their contract"), aside, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """Out of every version of the identities, and out of the rows that were set aside."""
        for path in _set_aside(city):
            kept, gone = _lines(path, city, person)
            if gone:
                path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        for table, _name, _law, columns in _tables(city):
            if table.endswith(".identities"):
                lake.forget(city.id, table, columns[0], person)


def _tables(city: City) -> Iterator[tuple[str, str, str, list[str]]]:
    """(table, register in words, law, columns with pseudonyms) of every table that has landed and tells of people."""
    landed, language = set(lake.tables(city.id)), get_language() or "fi"
    for register, contract in contracts(city).items():
        for name, table in contract.tables.items():
            columns = [rule.becomes for rule in table.fields.values() if rule.becomes]
            for full in (f"{register}.{name}", f"{register}.{name}.identities"):
                if columns and full in landed:
                    called, law = (text_in(one, language) for one in (contract.names, contract.legal_basis))
                    yield full, called, law, columns


def _count(city: City, table: str, person: str, columns: list[str]) -> int:
    rows = lake.scan(city.id, table)
    there = [name for name in columns if name in rows.collect_schema().names()]
    mine = rows.filter(pl.any_horizontal(pl.col(name) == person for name in there))
    return int(mine.select(pl.len()).collect().item())


def _set_aside(city: City) -> list[Path]:
    return sorted((Path(settings.HOME) / "quarantine" / city.id).glob("*.jsonl"))


def _lines(path: Path, city: City, person: str) -> tuple[list[str], list[str]]:
    """Lines of others, and lines with a value that is the person's identity code."""
    lines = path.read_text(encoding="utf-8").splitlines()
    mine = [line for line in lines if person in _pseudonyms(city, json.loads(line)["row"].values())]
    return [line for line in lines if line not in mine], mine


def _pseudonyms(city: City, values: object) -> set[str]:
    return {pseudonym(city, value) for value in values if isinstance(value, str)}  # type: ignore[attr-defined]
