"""DMN models: read one, decide a case, see why.

model = read(path.read_bytes())
Decider(model).decide({"child": {"born": date(2021, 6, 5)}})
"""

from __future__ import annotations

from toimiva.engines.models.analysis import Forks, Overlap, doubtful, gaps, overlaps
from toimiva.engines.models.checking import nodes_below
from toimiva.engines.models.decider import Decider
from toimiva.engines.models.faults import DmnError, Fault
from toimiva.engines.models.model import (
    BusinessKnowledge,
    Conditional,
    Context,
    Decision,
    DecisionTable,
    Expression,
    InputData,
    Invocation,
    ItemDefinition,
    ListExpression,
    LiteralExpression,
    Model,
    Rule,
    Typed,
)
from toimiva.engines.models.reader import load, read
from toimiva.engines.models.trace import Hit, Miss, Step, TableNote, Trace
from toimiva.engines.models.writing import rewrite

__all__ = [
    "BusinessKnowledge",
    "Conditional",
    "Context",
    "Decider",
    "Decision",
    "DecisionTable",
    "DmnError",
    "Expression",
    "Fault",
    "Forks",
    "Hit",
    "InputData",
    "Invocation",
    "ItemDefinition",
    "ListExpression",
    "LiteralExpression",
    "Miss",
    "Model",
    "Overlap",
    "Rule",
    "Step",
    "TableNote",
    "Trace",
    "Typed",
    "doubtful",
    "gaps",
    "load",
    "nodes_below",
    "overlaps",
    "read",
    "rewrite",
]  # fmt: skip
