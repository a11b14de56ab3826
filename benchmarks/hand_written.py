"""The peer: a script as a good engineer would write it for this one service, with DuckDB, OR-Tools and sqlite3.

Same registers, rules and placement, and the same rows in the same tables: offers with what they rest on, seats,
recipients with hashed link tokens, messages in three languages, staff cases, chained ledger lines. What it has not:
a model that a service designer draws, the gate, the optimality certificate, snapshots, another service.

    python benchmarks/hand_written.py HOME       a home that is signed off and has no round yet; prints seconds
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import yaml
from deltalake import DeltaTable
from ortools.graph.python import min_cost_flow

HOME = Path(sys.argv[1])
TEXTS = Path(__file__).parents[1] / "cities" / "helsinki" / "services" / "preschool" / "texts"
ROUND, OPENS, CLOSES = "helsinki-preschool-2027-1", "2027-01-11 07:00:00", "2027-01-25 21:59:59"
SITE, PHONE = "http://localhost:8000", "09 310 8600"
CITY = {"fi": "Helsinki", "sv": "Helsingfors", "en": "Helsinki"}
STARTS = {"fi": "11.8.2027", "sv": "11.8.2027", "en": "11 Aug 2027"}
UNTIL = {"fi": "25.1.", "sv": "25.1", "en": "25 Jan"}
ADVANTAGE = {"sibling": 1200, "present_unit": 900, "own_area": 400}
PINS = {"round": ROUND, "seed": 1, "day": "2027-01-04"}


def table(name: str) -> str:
    files = DeltaTable(HOME / "lake" / "helsinki" / name).file_uris()
    return f"read_parquet({[uri.removeprefix('file://') for uri in files]!r})"


def main() -> None:
    started = time.perf_counter()
    texts = {k: yaml.load((TEXTS / f"{k}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader) for k in CITY}
    db = sqlite3.connect(HOME / "toimiva.sqlite3", isolation_level=None)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; BEGIN IMMEDIATE")
    con = duckdb.connect()
    con.execute("CREATE TABLE objecting (person VARCHAR)")
    objecting = db.execute("SELECT person FROM purposes_objection WHERE withdrawn IS NULL").fetchall()
    con.execute("INSERT INTO objecting SELECT unnest(?)", [[row[0] for row in objecting]])
    cohort = con.sql(cohort_sql()).fetchall()
    cases = [(c[0], c[1], dumps(facts_of(c))) for c in cohort if c[1]]
    children = [c for c in cohort if not c[1]]
    cards = contacts(con, [c[0] for c in children] + [g["guardian"] for c in children for g in c[8]])
    seats = con.sql(
        'SELECT u.unit, u.x, u.y, u.sub_area, u.name_fi, u.name_sv, u.name_en, g."group", g.capacity '
        f"FROM {table('units.units')} u JOIN {table('units.groups')} g USING (unit) ORDER BY 1"
    ).fetchall()
    placed = []
    for group in ("fi", "immersion", "sv"):
        chosen = [c for c in children if c[9] == group]
        placed += place(chosen, [s for s in seats if s[7] == group])
    write(db, texts, cards, seats, placed, cases)
    print(time.perf_counter() - started)


def cohort_sql() -> str:
    return f"""
    WITH r AS (SELECT *, person IN (FROM objecting) AS objects FROM {table("population.residents")}),
    kids AS (SELECT * FROM r WHERE municipality = '091' AND died IS NULL
             AND born >= DATE '2021-01-01' AND born < DATE '2023-01-01'),
    g AS (SELECT g.child, bool_or(p.non_disclosure) AS hidden, bool_or(p.objects AND p.died IS NULL) AS objects,
                 list(struct_pack(died := p.died, guardian := g.guardian, kind := g.kind, language := p.language,
                      lives_with := g.lives_with, municipality := p.municipality, non_disclosure := p.non_disclosure,
                      objects := p.objects) ORDER BY g.guardian) AS told
          FROM {table("population.guardianships")} g LEFT JOIN r p ON p.person = g.guardian
          WHERE g.child IN (SELECT person FROM kids) GROUP BY g.child),
    e AS (FROM {table("early_education.children")}),
    s AS (SELECT k.person AS child, list(struct_pack(born := o.born, provider := e.provider, unit := e.unit)
                 ORDER BY o.person) AS siblings
          FROM kids k JOIN r o ON o.household = k.household AND o.person <> k.person JOIN e ON e.child = o.person
          GROUP BY k.person)
    SELECT k.person,
        CASE WHEN k.born >= DATE '2022-01-01' AND NOT coalesce(e.extended_compulsory_education, false) THEN 'none'
             WHEN coalesce(e.extended_compulsory_education, false) THEN 'extended_compulsory_education'
             WHEN k.non_disclosure OR coalesce(g.hidden, false) THEN 'non_disclosure'
             WHEN k.foster_care THEN 'foster_care'
             WHEN e.support IN ('enhanced', 'special') THEN 'need_for_support'
             WHEN g.child IS NULL OR len(list_filter(g.told, lambda t: t.died IS NULL)) = 0 THEN 'no_guardian'
             WHEN k.objects OR coalesce(g.objects, false) THEN 'objection' END AS staff,
        k.x, k.y, k.sub_area, CASE WHEN e.provider = 'municipal' THEN e.unit END AS present,
        struct_pack(born := k.born, died := k.died, foster_care := k.foster_care, mother_tongue := k.mother_tongue,
            municipality := k.municipality, non_disclosure := k.non_disclosure, objects := k.objects,
            sub_area := CASE WHEN k.non_disclosure THEN NULL ELSE k.sub_area END) AS child,
        CASE WHEN e.child IS NOT NULL THEN struct_pack(
            extended_compulsory_education := e.extended_compulsory_education, "group" := e."group",
            immersion := e.immersion, provider := e.provider, support := e.support, unit := e.unit) END AS early,
        coalesce(g.told, []) AS told,
        CASE WHEN e.immersion THEN 'immersion' WHEN e."group" IN ('sv', 'fi') THEN e."group"
             WHEN k.mother_tongue = 'sv' THEN 'sv' ELSE 'fi' END AS grp,
        coalesce(s.siblings, []) AS siblings
    FROM kids k LEFT JOIN e ON e.child = k.person LEFT JOIN g ON g.child = k.person LEFT JOIN s ON s.child = k.person
    WHERE staff IS DISTINCT FROM 'none' ORDER BY k.person"""


def contacts(con: duckdb.DuckDBPyConnection, people: list[str]) -> dict[str, tuple]:
    rows = con.sql(
        "SELECT person, given_name, surname, phone, email, street_address, postal_code "
        f"FROM {table('population.residents.identities')} i LEFT JOIN {table('population.residents')} r USING (person) "
        "WHERE person IN (SELECT unnest($1))", params=[people],
    ).fetchall()  # fmt: skip
    return {row[0]: row[1:] for row in rows}


def place(children: list, seats: list) -> list[tuple]:
    homes, spots = (np.array([row[a : a + 2] for row in rows], dtype=float) for rows, a in ((children, 2), (seats, 1)))
    metres = np.round(np.hypot(homes[:, None, 0] - spots[:, 0], homes[:, None, 1] - spots[:, 1]) * 1.3).astype(np.int64)
    near = np.argsort(metres, axis=1, kind="stable")[:, :40]
    n, m, unit = len(children), len(seats), {seat[0]: i for i, seat in enumerate(seats)}
    flags = {name: np.zeros((n, m), dtype=bool) for name in ADVANTAGE}
    for i, child in enumerate(children):
        if child[5] in unit:
            flags["present_unit"][i, unit[child[5]]] = True
        for sibling in child[10]:
            if sibling["unit"] in unit and sibling["born"] > child[6]["born"]:
                flags["sibling"][i, unit[sibling["unit"]]] = True
    flags["own_area"] = np.array([c[4] for c in children])[:, None] == np.array([s[3] for s in seats])
    allowed = flags["present_unit"] | flags["sibling"]
    np.put_along_axis(allowed, near, True, axis=1)
    person, seat = (index.astype(np.int64) for index in np.nonzero(allowed))
    cost = metres[person, seat] - sum(flags[name][person, seat] * value for name, value in ADVANTAGE.items())
    flow = min_cost_flow.SimpleMinCostFlow()
    ends = np.full(m + n, n + m)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([person, np.arange(n), n + np.arange(m)]), np.concatenate([n + seat, ends]),
        np.concatenate([np.ones(len(person) + n, dtype=np.int64), [s[8] for s in seats]]),
        np.concatenate([cost, np.full(n, 1_000_000), np.zeros(m, dtype=np.int64)]),
    )  # fmt: skip
    flow.set_nodes_supplies(np.arange(n + m + 1), np.concatenate([np.ones(n), np.zeros(m), [-n]]).astype(np.int64))
    assert flow.solve() == flow.OPTIMAL
    used = np.flatnonzero(flow.flows(arcs)[: len(person)])
    result = []
    for i, s in zip(person[used].tolist(), seat[used].tolist(), strict=True):
        others = [j for j in near[i].tolist() if j != s][:8]
        nearby = [told(seats[j][0], metres[i, j], flags, i, j) for j in others]
        result.append((children[i], seats[s], told(seats[s][0], metres[i, s], flags, i, s), nearby))
    return result


def facts_of(child: tuple) -> dict:
    return {"child": child[6], "early education": child[7], "guardians": child[8], "siblings": child[10]}


def told(unit: str, metres: int, flags: dict, i: int, j: int) -> dict:
    return {"unit": unit, "travel_m": int(metres)} | {name: bool(flags[name][i, j]) for name in ADVANTAGE}


def write(db: sqlite3.Connection, texts: dict, cards: dict, seats: list, placed: list, cases: list) -> None:
    key = (HOME / "secret-key").read_text().strip().encode()
    offers, recipients, messages, lines = [], [], [], []
    taken: Counter[tuple] = Counter()
    for child, seat, placing, nearby in sorted(placed, key=lambda p: p[0][0]):
        person, name, group = child[0], cards[child[0]][0], seat[7]
        oid = f"{ROUND}.1.{hashlib.blake2b(f'{ROUND}/{person}/1'.encode(), digest_size=6).hexdigest()}"
        facts = facts_of(child)
        placing = placing | {"group": group, "wave": 1, "method": "straight line x 1.3"}
        basis = dumps(PINS | {"finding": {"outcome": "offer"}, "facts": facts, "placement": placing})
        offers.append((oid, "helsinki", ROUND, "preschool", person, name, 1, seat[0], group, placing["travel_m"],
                       "2027-08-11", OPENS, CLOSES, "open", None, "", None, False, basis, "[]",
                       json.dumps(nearby, separators=(",", ":"))))  # fmt: skip
        taken[seat[0], group] += 1
        for guardian in child[8]:
            card = cards.get(guardian["guardian"])
            if card is None or guardian["died"] is not None:
                continue
            lang, whole = guardian["language"] or "fi", f"{card[0]} {card[1]}"
            mac = hmac.digest(key, f"offer link {oid} {guardian['guardian']}".encode(), "sha256")
            token = base64.b32encode(mac[:10]).decode().lower()
            hashed = hashlib.sha256(token.encode()).hexdigest()
            home = f"{whole}\n{card[4]}\n{card[5] or ''} Helsinki" if card[4] else ""
            channel, to = ("sms", card[2]) if card[2] else ("email", card[3]) if card[3] else ("letter", home)
            if not to:
                continue
            recipients.append((guardian["guardian"], whole, lang, card[2] or "", card[3] or "", home, hashed, oid))
            values = {
                "city": CITY[lang], "phone": PHONE, "child": name, "unit": seat[{"fi": 4, "sv": 5, "en": 6}[lang]],
                "distance": distance(placing["travel_m"], lang), "starts": STARTS[lang], "closes": UNTIL[lang],
                "link": f"{SITE}/o/{token}",
            }  # fmt: skip
            text = texts[lang]["offer_letter" if channel == "letter" else "offer_sms"].format_map(values)
            subject = texts[lang]["offer_subject"].format_map(values)
            messages.append((f"{oid}/{guardian['guardian']}/offer", channel, oid, guardian["guardian"], lang, to,
                             subject, text, OPENS, OPENS))  # fmt: skip
        body = {"offer": oid, "unit": seat[0], "group": group, "wave": 1}
        lines.append(("offer.made", person, body))
    lines += [("case.opened", person, {"reason": reason, "round": ROUND}) for person, reason, _ in cases]
    rows = [(ROUND, s[0], s[7], s[8], taken[s[0], s[7]]) for s in seats]
    db.executemany('INSERT INTO offers_seat (round, unit, "group", capacity, taken) VALUES (?,?,?,?,?)', rows)
    db.executemany('INSERT INTO offers_offer (id, city, round, service, person, child_name, wave, unit, "group", travel_m, '
                   "starts, opens, closes, state, answered, answered_by, heard, reminded, basis, wishes, nearby, holds) "
                   f"VALUES ({','.join('?' * 21)}, 1)", offers)  # fmt: skip
    db.executemany("INSERT INTO offers_recipient (guardian, name, language, phone, email, postal_address, token, "
                   "offer_id, asked_again, answer, channel) VALUES (?,?,?,?,?,?,?,?,0,'','')", recipients)  # fmt: skip
    db.executemany("INSERT INTO channels_message (key, city, channel, kind, about, person, language, address, subject, "
                   "text, expected, state, queued, next_attempt, attempts, reference, failure) VALUES "
                   "(?,'helsinki',?,'offer',?,?,?,?,?,?,0,'queued',?,?,0,'','')", messages)  # fmt: skip
    db.executemany("INSERT INTO cases_case (key, city, round, service, person, about, reason, facts, opened, "
                   "assigned, official, outcome, note) VALUES (?,'helsinki',?,'preschool',?,'',?,?,?,'','','','')",
                   [(f"{ROUND}/{p}/{r}", ROUND, p, r, facts, OPENS) for p, r, facts in cases])  # fmt: skip
    chain(db, lines)
    db.execute("COMMIT")


def distance(metres: int, lang: str) -> str:
    if metres < 995:
        return f"{max(10, round(metres, -1))} m"
    return f"{metres / 1000:.1f} km".replace(".", "." if lang == "en" else ",")


def dumps(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def chain(db: sqlite3.Connection, lines: list[tuple]) -> None:
    seq, before = db.execute("SELECT seq, hash FROM ledger_head").fetchone()
    rows = []
    for kind, person, body in lines:
        seq += 1
        line = dumps({"city": "helsinki", "kind": kind, "actor": "rule", "at": OPENS, "subject": person, "purpose": "",
                      "body": body, "seq": seq, "day": "2027-01-11", "prev": before})  # fmt: skip
        before = hashlib.sha256(b"\0" + line.encode()).hexdigest()
        rows.append((seq, line, before, "helsinki", kind, person, "2027-01-11"))
    db.executemany("INSERT INTO ledger_entry VALUES (?,?,?,?,?,?,?)", rows)
    db.execute("UPDATE ledger_head SET seq = ?, hash = ?", (seq, before))


main()
