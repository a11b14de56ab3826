"""The gate: a purpose sees its tables, columns and rows, the ledger tells who looked, and there is no way around."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from toimiva.core.city import api as cities
from toimiva.core.errors import NotAllowed, NotFound
from toimiva.core.ledger import api as ledger
from toimiva.core.ledger.models import Entry
from toimiva.core.purposes import api as purposes

PURPOSE = "preschool-placement"
ROOT = Path(__file__).parent.parent.parent / "toimiva"


def opened(town, **kwargs):
    return purposes.open_gate(town.city, PURPOSE, actor="test", reason="a test", **kwargs)


def test_only_the_purposes_columns_exist(town):
    with opened(town) as gate:
        assert "objects" in gate.query('FROM "population.residents" LIMIT 1').columns
        with pytest.raises(NotAllowed, match="does not let this query through"):
            gate.query('SELECT sex FROM "population.residents"')
        with pytest.raises(NotAllowed):
            gate.query('FROM "population.residents.identities"')


def test_files_and_settings_are_out_of_reach_inside_the_gate(town, home):
    file = next((home / "lake").rglob("*identities/*.parquet"))
    with opened(town) as gate:
        for way_around in (f"FROM '{file}'", f"FROM read_parquet('{file}')"):
            with pytest.raises(NotAllowed):
                gate.query(way_around)
        with pytest.raises(Exception, match=r"locked|permission|cannot"):
            gate.query("SET enable_external_access = true")


def test_the_address_of_a_person_under_non_disclosure_is_hidden(town):
    with opened(town) as gate:
        hidden = gate.query('SELECT x, y, sub_area, postal_code FROM "population.residents" WHERE non_disclosure')
        others = gate.query('SELECT count(x) AS n FROM "population.residents" WHERE NOT non_disclosure')
    assert len(hidden) > 0
    assert hidden.null_count().row(0) == (len(hidden),) * 4
    assert others["n"][0] > 3000


def test_an_objection_is_marked_at_once_and_taken_back_at_once(town, at):
    with opened(town) as gate:
        person = gate.query('SELECT person FROM "population.residents" WHERE NOT objects ORDER BY person')["person"][0]

    def marked() -> bool:
        with opened(town, persons=[person]) as gate:
            return gate.query('SELECT objects FROM "population.residents"')["objects"].to_list() == [True]

    assert not marked()
    purposes.object_to(town.city, person, PURPOSE, at=at("2027-01-05 10:00"))
    assert marked()
    purposes.withdraw_objection(town.city, person, PURPOSE, at=at("2027-01-05 11:00"))
    assert not marked()


def test_every_opening_is_in_the_ledger_before_a_row_is_seen(town):
    before = Entry.objects.filter(kind="data.read").count()
    with opened(town, persons=["0123456789abcdef"]):
        assert Entry.objects.filter(kind="data.read").count() == before + 1
    told = ledger.about("0123456789abcdef")[-1]
    assert (told["actor"], told["purpose"], told["body"]["reason"]) == ("test", PURPOSE, "a test")


def test_a_purpose_that_is_not_described_opens_nothing(town):
    with (
        pytest.raises(NotFound, match="preschool-placement"),
        purposes.open_gate(town.city, "curiosity", actor="x", reason="y"),
    ):
        pass
    with pytest.raises(NotAllowed), opened(town, tables=["population.residents.identities"]):
        pass


ALLOWED_LAKE_READERS = {
    "core/lake/tables.py", "core/registers/snapshots.py", "core/registers/deliveries.py", "core/purposes/gate.py",
    "core/registers/reading.py", "core/registers/holding.py",  # a delivered file; the registers' own upkeep
    "core/purposes/changes.py",  # which rows differ, between what two looks through the gate may see
    "core/purposes/ungated.py",  # measures what the gate costs, see below
    "capabilities/synthetic_city/creating.py",   # the keeper of the synthetic register
    "capabilities/offers/wordings.py", "capabilities/rounds/areas.py",  # units, which are not people
    "core/geography/streets.py", "core/geography/service_map.py",  # streets and sites, which are not people
}  # fmt: skip
LAKE_READS = {"read", "files", "scan", "differences"}
READERS = {"read_parquet", "scan_parquet", "read_delta", "scan_delta", "DeltaTable", "ungated"}


def raw_readers(root: Path) -> set[str]:
    """Files that read rows of the lake themselves, by whatever name they call it, or from a module of its insides."""
    return {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if any(_reads(node) for node in ast.walk(ast.parse(path.read_text())))
    }


def _reads(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        inside = node.module or ""
        return inside.startswith(("deltalake", "toimiva.core.lake.tables")) or (
            inside == "toimiva.core.lake.api" and any(alias.name in {*LAKE_READS, "*"} for alias in node.names)
        )
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and ("read_parquet(" in node.value or "delta_scan(" in node.value)
    return isinstance(node, ast.Attribute) and (
        (isinstance(node.value, ast.Name) and node.value.id == "lake" and node.attr in LAKE_READS)
        or node.attr in READERS
    )


def test_no_other_code_reads_rows_of_the_lake():
    """Rows are read only where the gate is, or where no person is in the table."""
    allowed = ALLOWED_LAKE_READERS | {"core/lake/api.py", "capabilities/services/management/commands/gate.py"}
    allowed |= {"capabilities/twin/keeping.py"}  # buildings, not who lives in them
    allowed |= {"capabilities/twin/reality.py", "capabilities/twin/photographs.py"}  # their photographs, from the air
    allowed |= {"capabilities/watches/reaching.py"}  # areas where an alarm holds
    allowed |= {"capabilities/sensors/past.py"}  # what devices observed of places
    assert raw_readers(ROOT) <= allowed


@pytest.mark.parametrize("raw", [
    'from toimiva.core.lake import api as lake\nrows = lake.read("helsinki", "population.residents")',
    'from toimiva.core.lake import api as lake\nrows = lake.scan("helsinki", "population.residents").collect()',
    'from toimiva.core.lake.api import read\nrows = read("helsinki", "population.residents")',
    'import polars as pl\nrows = pl.read_parquet("lake/helsinki/population.residents/*.parquet")',
    'import duckdb\nrows = duckdb.sql("FROM read_parquet(\'lake/*/*.parquet\')")',
    'from deltalake import DeltaTable\nrows = DeltaTable("lake/helsinki/population.residents").to_pandas()',
    'from toimiva.core.purposes import api as purposes\nwith purposes.ungated(city, purpose) as gate: ...',
])  # fmt: skip
def test_code_that_went_around_the_gate_would_fail_the_build(tmp_path, raw):
    (tmp_path / "capabilities").mkdir()
    (tmp_path / "capabilities" / "curious.py").write_text(raw)

    assert raw_readers(tmp_path) == {"capabilities/curious.py"}


def test_what_the_gate_costs_is_measured_by_a_command(town, capsys):
    call_command("gate", "bench", "--city=mallila", "--runs=2", "--json")
    told = json.loads(capsys.readouterr().out)

    assert told["rows"] > 20
    assert told["ratio"] > 0
    assert {"with_gate_s", "without_s", "limit"} <= told.keys()
    assert ledger.of_everyone("mallila", "gate.measured")


def test_units_readers_read_units_only():
    for name in ("capabilities/offers/wordings.py", "capabilities/rounds/areas.py", "core/geography/streets.py"):
        assert "population" not in (ROOT / name).read_text()


def test_now_is_the_citys(town):
    assert cities.now("mallila").year == 2027
