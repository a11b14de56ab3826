"""The peer: a script as a good engineer would write it for this one service, with DuckDB, OR-Tools and sqlite3.

Same registers, same rules, same placement, same outbox rows (offer, recipients, messages); no gate, no ledger, no
explanation, no snapshot. Prints seconds.   python benchmarks/hand_written.py LAKE DATABASE
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
from deltalake import DeltaTable
from ortools.graph.python import min_cost_flow

LAKE, TARGET = Path(sys.argv[1]), sys.argv[2]
TEXT = "Helsinki: {child} on saanut esikoulupaikan: {unit}, {metres} m kotoa, 11.8.2027 alkaen. Vastaa KYLLÄ tai EI 25.1. mennessä. {link}"


def table(name: str) -> str:
    return f"read_parquet({[uri.removeprefix('file://') for uri in DeltaTable(LAKE / name).file_uris()]!r})"


def main() -> None:
    started = time.perf_counter()
    con = duckdb.connect()
    cohort = con.sql(f"""
        WITH kids AS (SELECT * FROM {table("population.residents")} WHERE municipality = '091' AND died IS NULL
                      AND born BETWEEN DATE '2021-01-01' AND DATE '2021-12-31'),
        people AS (SELECT person, died, non_disclosure, language FROM {table("population.residents")}),
        g AS (SELECT g.child, list({{person: g.guardian, language: p.language}} ORDER BY g.guardian) FILTER (p.died IS NULL) AS told,
                     bool_or(p.non_disclosure) AS hidden
              FROM {table("population.guardianships")} g JOIN people p ON p.person = g.guardian
              WHERE g.child IN (SELECT person FROM kids) GROUP BY g.child)
        SELECT k.person, k.x, k.y, k.sub_area, e.unit AS present, e.provider, g.told,
               CASE WHEN e.immersion THEN 'immersion' WHEN e."group" IN ('sv', 'fi') THEN e."group"
                    WHEN k.mother_tongue = 'sv' THEN 'sv' ELSE 'fi' END AS grp
        FROM kids k LEFT JOIN {table("early_education.children")} e ON e.child = k.person JOIN g ON g.child = k.person
        WHERE NOT k.non_disclosure AND NOT g.hidden AND NOT k.foster_care AND coalesce(e.support, '') <> 'special'
          AND NOT coalesce(e.extended_compulsory_education, false) ORDER BY k.person""").fetchall()
    identities = dict(
        (row[0], row[1:]) for row in con.sql(f"SELECT person, given_name, surname, phone, email FROM {table('population.residents.identities')} "
        f"WHERE person IN (SELECT unnest($1))", params=[[c[0] for c in cohort] + [t["person"] for c in cohort for t in c[6]]]).fetchall()
    )  # fmt: skip
    seats = con.sql(
        f'SELECT u.unit, u.x, u.y, u.name_fi, g."group", g.capacity FROM {table("units.units")} u JOIN {table("units.groups")} g USING (unit) ORDER BY 1'
    ).fetchall()
    offers, recipients, messages = [], [], []
    for group in ("fi", "sv", "immersion"):
        kids = [c for c in cohort if c[7] == group]
        places = [s for s in seats if s[4] == group]
        chosen, metres = place(kids, places)
        for child, seat, distance in zip(kids, chosen, metres, strict=True):
            unit = places[seat]
            oid = f"o-{child[0]}"
            name = identities[child[0]][0]
            offers.append((oid, child[0], name, unit[0], group, int(distance), json.dumps(child[:6], default=str)))
            for told in child[6]:
                card = identities.get(told["person"])
                recipients.append((oid, told["person"], " ".join(card[:2]), told["language"], card[2], card[3]))
                text = TEXT.format(child=name, unit=unit[3], metres=distance, link="http://x/o/abcdefghijklmnop")
                messages.append((f"{oid}/{told['person']}", "sms", card[2] or card[3], text, "queued"))
    write(offers, recipients, messages)
    print(time.perf_counter() - started)


def place(kids: list, places: list) -> tuple[np.ndarray, np.ndarray]:
    homes = np.array([(k[1], k[2]) for k in kids], dtype=float)
    spots = np.array([(p[1], p[2]) for p in places], dtype=float)
    metres = np.round(np.hypot(homes[:, None, 0] - spots[:, 0], homes[:, None, 1] - spots[:, 1]) * 1.3).astype(np.int64)
    near = np.argsort(metres, axis=1)[:, :40]
    n, m = len(kids), len(places)
    person = np.repeat(np.arange(n), near.shape[1])
    unit = {p[0]: i for i, p in enumerate(places)}
    cost = metres[person, near.ravel()]
    cost -= 900 * (
        near.ravel() == np.array([unit.get(k[4] if k[5] == "municipal" else None, -1) for k in kids])[person]
    )
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        person, n + near.ravel(), np.ones(len(person), dtype=np.int64), cost
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        n + np.arange(m), np.full(m, n + m), np.array([p[5] for p in places]), np.zeros(m, dtype=np.int64)
    )
    flow.set_nodes_supplies(np.arange(n + m + 1), np.concatenate([np.ones(n), np.zeros(m), [-n]]).astype(np.int64))
    assert flow.solve() == flow.OPTIMAL
    used = np.flatnonzero(flow.flows(arcs))
    seat = near.ravel()[used][np.argsort(person[used])]
    return seat, metres[np.arange(n), seat]


def write(offers: list, recipients: list, messages: list) -> None:
    db = sqlite3.connect(TARGET)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE offer(id PRIMARY KEY, person, child, unit, grp, m, basis);"
                     "CREATE TABLE recipient(offer, guardian, name, language, phone, email, UNIQUE(offer, guardian)); CREATE INDEX p ON recipient(phone);"
                     "CREATE TABLE message(key UNIQUE, channel, address, text, state); CREATE INDEX s ON message(state);")  # fmt: skip
    with db:
        db.executemany("INSERT INTO offer VALUES (?,?,?,?,?,?,?)", offers)
        db.executemany("INSERT INTO recipient VALUES (?,?,?,?,?,?)", recipients)
        db.executemany("INSERT INTO message VALUES (?,?,?,?,?)", messages)


main()
