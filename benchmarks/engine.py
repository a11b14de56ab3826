"""One eligibility model: compiled, by hand, and by other engines from PyPI, on the same rows in one run.

The peers get an environment of their own in the benchmark's folder; where it cannot be made, their lines are left out
and said to be. Engines that decide a row at a time run on the first rows of the file, and are counted by the row.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.eligibility.data import rows
from benchmarks.eligibility.model import PARAMETERS, RULES, model
from benchmarks.row import Row
from toimiva.engines.columnar.api import Compiled, compile_model
from toimiva.engines.dmn.api import Decider, read
from toimiva.engines.feel.api import number

__all__ = ["measure"]

HERE = Path(__file__).parent / "eligibility"
ALL = {**PARAMETERS, "oldest": number(65)}
MILLION = 1_000_000
PEERS = {
    "zen": ("zen-engine", 20_000, 200),
    "spiff": ("SpiffWorkflow", 2_000, 2_000),
    "openfisca": ("OpenFisca", MILLION, 5),
}


def measure(folder: Path) -> Iterator[Row]:
    """Lines of the table; every engine's sum of benefits has to be the same."""
    yield from _compiling()
    small, large = rows(folder, MILLION), rows(folder, 10 * MILLION)
    seconds = {}
    for file, count in ((small, MILLION), (large, 10 * MILLION)):
        by_hand, total = _timed(_by_hand(str(file)), {})
        ours, same = _timed(*_ours(str(file), provable=True))
        counted, also = _timed(*_ours(str(file), provable=False))
        assert total == same == also, "the engines do not agree"
        seconds[count] = ours
        yield Row(f"{count:,} rows, rules shown to be apart, against SQL by hand", ours, by_hand, "s", 1.10)
        yield Row(f"{count:,} rows, uniqueness counted, against SQL by hand", counted, by_hand, "s", 1.6)
    yield from _peers(folder, small, seconds[MILLION])
    hundred, _ = _timed(*_ours([str(large)] * 10, provable=True), runs=1)
    yield Row("100,000,000 rows (the 10,000,000 ten times)", hundred, 10.0, "s")
    yield from _few(small)
    yield _interpreter(small)


def _compiling() -> Iterator[Row]:
    parsed = read(model(provable=True))
    compile_model(parsed, ALL)
    started = time.perf_counter()
    compile_model(parsed, ALL)
    yield Row("compiling the model", (time.perf_counter() - started) * 1000, 10.0, "ms")


def _ours(source: Any, *, provable: bool) -> tuple[str, dict[str, Any]]:
    query = compile_model(read(model(provable=provable)), ALL)
    return f'SELECT sum("Benefit") FROM ({query.over(f"read_parquet({source!r})")})', dict(query.parameters)


def _timed(sql: str, parameters: dict[str, Any], runs: int = 5) -> tuple[float, float]:
    """The fastest of some runs, and the sum."""
    with duckdb.connect() as connection:
        found = []
        for _ in range(runs):
            started = time.perf_counter()
            total = connection.execute(sql, parameters or None).fetchall()[0][0]
            found.append(time.perf_counter() - started)
    return min(found), float(total)


def _by_hand(file: str) -> str:
    whens = " ".join(
        f"WHEN {_sql('age', age)} AND {_sql('children', children)} AND {_sql('income', income)} THEN {amount}"
        for age, children, income, amount in RULES
    )
    return f"""
SELECT sum(benefit) FROM (
  SELECT CASE WHEN settled AND NOT works THEN CASE {whens} END ELSE 0 END AS benefit FROM (
    SELECT resident.income AS income, resident.moved <= DATE '2026-01-01' AS settled,
      date_diff('year', resident.born, DATE '2027-01-01')
        - CASE WHEN (month(resident.born), day(resident.born)) > (1, 1) THEN 1 ELSE 0 END AS age,
      len(list_filter(household, lambda m: m.born > DATE '2009-01-01')) AS children,
      len(list_filter(household, lambda m: m.income > 1000)) > 0 AS works
    FROM '{file}'))"""


def _sql(name: str, test: str) -> str:
    if test == "-":
        return "true"
    if test[0] == "[":
        low, high = test[1:-1].split("..")
        return f"{name} >= {low} AND {name} {'<=' if test[-1] == ']' else '<'} {high}"
    return f"{name} {test if test[0] in '<>' else f'= {test}'}"


def _peers(folder: Path, file: Path, ours: float) -> Iterator[Row]:
    python = folder / "peers" / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    try:
        subprocess.run([uv, "venv", "-q", folder / "peers"], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", python, "-r", HERE / "peers.txt"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The other engines could not be installed, their lines are left out: {error}", file=sys.stderr)
        return
    for name, (title, count, times) in PEERS.items():
        arguments = [python, HERE / "peers.py", name, file, str(count)]
        printed = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
        seconds, total = map(float, printed.split()[-2:])
        sql, parameters = _ours(str(file), provable=True)
        some = sql.replace(f"read_parquet('{file}')", f"(FROM '{file}' LIMIT {count})")
        assert total == _timed(some, parameters, runs=1)[1], f"{title} does not agree"
        yield Row(f"a million rows, against {title}", ours, seconds * MILLION / count, "s", 1 / times)


def _few(file: Path) -> Iterator[Row]:
    """Some changed residents decided again, and what differs put into the table of decisions."""
    query = compile_model(read(model(provable=True)), ALL)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE residents AS FROM '{file}'")
        connection.execute("CREATE TABLE decided (person BIGINT PRIMARY KEY, benefit DECIMAL(28,6))")
        everyone = f'INSERT INTO decided SELECT person, "Benefit" FROM ({query.over("residents")})'
        connection.execute(everyone, dict(query.parameters))
        for count, limit in ((1, 10.0), (1_000, 100.0)):
            took = sorted(_again(connection, query, [first + i * 900 for i in range(count)]) for first in range(9))
            title = f"{count:,} changed residents decided again, differences upserted (median of 9)"
            yield Row(title, took[4] * 1000, limit, "ms")


def _again(connection: duckdb.DuckDBPyConnection, query: Compiled, persons: list[int]) -> float:
    """Seconds; the residents' incomes are changed before, so that most decisions differ."""
    chosen = "person IN (SELECT unnest(CAST($persons AS BIGINT[])))"
    connection.execute(
        f"UPDATE residents SET resident = struct_update(resident, income := 0) WHERE {chosen}", {"persons": persons}
    )
    started = time.perf_counter()
    connection.execute(
        f"""INSERT INTO decided SELECT person, "Benefit" FROM ({query.over(f"(FROM residents WHERE {chosen})")})
        ON CONFLICT (person) DO UPDATE SET benefit = excluded.benefit
        WHERE decided.benefit IS DISTINCT FROM excluded.benefit RETURNING person""",
        {**query.parameters, "persons": persons},
    ).fetchall()
    return time.perf_counter() - started


def _interpreter(file: Path, count: int = 20_000) -> Row:
    found = duckdb.sql(f"SELECT resident, household FROM '{file}' LIMIT {count}").fetchall()
    cases = [{"resident": resident, "household": household, "parameters": ALL} for resident, household in found]
    decider = Decider(read(model(provable=True)))
    started = time.perf_counter()
    for case in cases:
        decider.decide(case)
    return Row("one row by the interpreter", (time.perf_counter() - started) / count * 1e6, 50.0, "us")
