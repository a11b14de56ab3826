"""Other engines on the first rows of the same file: `python peers.py zen|spiff|openfisca FILE COUNT` prints seconds and sum.

Run in an environment of its own (peers.txt). Reading the rows is not timed. The engines that decide a row at a time are
given the age and, where they have no list functions, the children ready-made: they do less than ours.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from types import SimpleNamespace
from typing import Any

import duckdb
from model import PARAMETERS, RULES  # beside this file: these engines run in an environment without the project

CHILD = PARAMETERS["child_born_after"]
ROWS = """
SELECT date_diff('year', resident.born, DATE '2027-01-01')
    - CASE WHEN (month(resident.born), day(resident.born)) > (1, 1) THEN 1 ELSE 0 END AS age,
  CAST(resident.income AS DOUBLE) AS income, resident.moved <= DATE '2026-01-01' AS settled,
  len(list_filter(household, lambda m: m.born > DATE '2009-01-01')) AS children,
  list_transform(household, lambda m: {born: date_diff('day', DATE '1970-01-01', m.born), income: CAST(m.income AS DOUBLE)}) AS household
FROM """


def rows(file: str, count: int) -> list[dict[str, Any]]:
    return duckdb.sql(f"{ROWS} '{file}' LIMIT {count}").to_arrow_table().to_pylist()


def zen(file: str, count: int) -> tuple[float, float]:
    """GoRules ZEN: one expression node for the household, one decision table, one row at a time."""
    import zen as engine

    columns = [{"id": n, "name": n, "field": n} for n in ("age", "children", "income")]
    rules = [
        {"_id": str(i), "age": a, "children": c, "income": "" if n == "-" else n, "amount": str(x)}
        for i, (a, c, n, x) in enumerate(RULES)
    ]
    born = (CHILD - dt.date(1970, 1, 1)).days
    expressions = {
        "children": f"count(household, #.born > {born})", "works": "some(household, #.income > 1000)", "age": "age",
        "income": "income", "settled": "settled",
    }  # fmt: skip
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "e", "type": "expressionNode", "name": "e", "content": {"expressions": [{"id": k, "key": k, "value": v} for k, v in expressions.items()], "passThrough": True}},
        {"id": "t", "type": "decisionTableNode", "name": "t", "content": {"hitPolicy": "first", "rules": rules, "inputs": columns, "outputs": [{"id": "amount", "name": "amount", "field": "amount"}], "passThrough": True}},
        {"id": "b", "type": "expressionNode", "name": "b", "content": {"expressions": [{"id": "benefit", "key": "benefit", "value": "settled and not works ? amount : 0"}]}},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]  # fmt: skip
    edges = [
        {"id": f"{a}{b}", "sourceId": a, "targetId": b, "type": "edge"}
        for a, b in (("in", "e"), ("e", "t"), ("t", "b"), ("b", "out"))
    ]
    decision = engine.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    found = rows(file, count)
    started = time.perf_counter()
    total = sum(decision.evaluate(row)["result"]["benefit"] for row in found)
    return time.perf_counter() - started, total


def _python(name: str, test: str) -> str:
    """A cell as the Python that SpiffWorkflow runs, `?` being the input."""
    if test == "-":
        return ""
    if test[0] == "[":
        low, high = test[1:-1].split("..")
        return f"{low} <= ? {'<=' if test[-1] == ']' else '<'} {high}"
    return test


def spiff(file: str, count: int) -> tuple[float, float]:
    """SpiffWorkflow: the table by its DMN engine, one row at a time; the rest in plain Python."""
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.parser.BpmnDmnParser import BpmnDmnParser

    names = ("age", "children", "income")
    inputs = "".join(
        f'<input id="i{n}"><inputExpression id="x{n}"><text>{n}</text></inputExpression></input>' for n in names
    )
    cells = [
        ([_python(n, t).replace("<", "&lt;") for n, t in zip(names, rule[:3], strict=True)], rule[3]) for rule in RULES
    ]
    body = "".join(
        f'<rule id="r{i}">' + "".join(f'<inputEntry id="c{i}{j}"><text>{t}</text></inputEntry>' for j, t in enumerate(tests))
        + f'<outputEntry id="o{i}"><text>{amount}</text></outputEntry></rule>' for i, (tests, amount) in enumerate(cells)
    )  # fmt: skip
    parser = BpmnDmnParser()
    parser.add_dmn_str(
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n"><decision id="Amount" name="Amount">'
        f'<decisionTable id="t" hitPolicy="UNIQUE">{inputs}<output id="o" name="amount"/>{body}</decisionTable></decision></definitions>'.encode()
    )
    table = parser.get_engine("Amount", None)
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())
    found = rows(file, count)
    started, total = time.perf_counter(), 0
    for row in found:
        works = any(member["income"] > 1000 for member in row["household"])
        amount = table.result(SimpleNamespace(data=row, workflow=workflow))["amount"]
        total += amount if row["settled"] and not works else 0
    return time.perf_counter() - started, total


def openfisca(file: str, count: int) -> tuple[float, float]:
    """OpenFisca: vectors in NumPy over residents and the members of their households."""
    simulation = _simulation(file, count)
    started = time.perf_counter()
    total = float(simulation.calculate("benefit", "2027-01-01").sum())
    return time.perf_counter() - started, total


def _simulation(file: str, count: int) -> Any:
    """The rows as persons in households, the resident being the head."""
    import numpy as np
    from openfisca_core.simulations import SimulationBuilder

    number = "CAST(strftime({}, '%Y%m%d') AS INTEGER)"
    people = duckdb.sql(f"""
        SELECT person, true AS head, {number.format("resident.born")} AS born, {number.format("resident.moved")} AS moved, CAST(resident.income AS DOUBLE) AS income FROM (FROM '{file}' LIMIT {count})
        UNION ALL SELECT person, false, {number.format("m.born")}, 0, CAST(m.income AS DOUBLE) FROM (SELECT person, unnest(household) AS m FROM (FROM '{file}' LIMIT {count}))
        ORDER BY 1, 2 DESC""").fetchnumpy()  # fmt: skip
    system, builder = _system(), SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(len(people["person"])))
    groups = builder.declare_entity("household", np.arange(count))
    builder.join_with_persons(groups, people["person"], np.where(people["head"], "head", "member"))
    simulation = builder.build(system)
    for name in ("born", "moved", "income", "head"):
        simulation.set_input(name, "2027-01-01", np.asarray(people[name]))
    return simulation


def _system() -> Any:
    """The model's decisions as OpenFisca's variables."""
    from openfisca_core.entities import Entity, GroupEntity
    from openfisca_core.periods import DateUnit
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = Entity("person", "persons", "", "")
    household = GroupEntity("household", "households", "", "", roles=[{"key": "head", "max": 1}, {"key": "member"}])
    system = TaxBenefitSystem([person, household])

    def variable(name: str, of: Any, kind: type, formula: Any = None) -> None:
        parts = {"value_type": kind, "entity": of, "definition_period": DateUnit.DAY, "label": name}
        system.add_variable(type(name, (Variable,), parts | ({"formula": formula} if formula else {})))

    for name, kind in (("born", int), ("moved", int), ("income", float), ("head", bool)):
        variable(name, person, kind)
    variable("age", person, int, _age)
    for name, kind, formula in (("children", int, _children), ("works", bool, _works), ("amount", int, _amount)):
        variable(name, household, kind, formula)
    variable("benefit", household, int, _benefit)
    return system


def _age(of: Any, period: Any) -> Any:
    born = of("born", period)
    return 2027 - born // 10000 - ((born % 10000) > 101)


def _children(of: Any, period: Any) -> Any:
    return of.sum((of.members("born", period) > 20090101) & ~of.members("head", period))


def _works(of: Any, period: Any) -> Any:
    return of.any((of.members("income", period) > 1000) & ~of.members("head", period))


def _amount(of: Any, period: Any) -> Any:
    import numpy as np

    a, c, i = of.head("age", period), of("children", period), of.head("income", period)
    ages = [a < 18, (a >= 18) & (a < 25), (a >= 25) & (a < 40), (a >= 40) & (a < 65), a >= 65]
    situations = [
        (c == 0) & (i < 1000),
        (c == 0) & (i >= 1000) & (i < 2000),
        (c == 0) & (i >= 2000),
        (c >= 1) & (c <= 2),
        c >= 3,
    ]
    return np.select([x & y for x in ages for y in situations], [rule[3] for rule in RULES], 0)


def _benefit(of: Any, period: Any) -> Any:
    entitled = (of.head("moved", period) <= 20260101) & ~of("works", period)
    return entitled * of("amount", period)


if __name__ == "__main__":
    seconds, total = {"zen": zen, "spiff": spiff, "openfisca": openfisca}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
    print(seconds, float(total))
