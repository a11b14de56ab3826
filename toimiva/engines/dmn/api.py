"""The door of the decision engine: read a model, decide a case or a table, see why.

model = read(path.read_bytes())
Decider(model).decide({"child": {"born": date(2021, 6, 5)}})
decide(model, people)
"""

from __future__ import annotations

from toimiva.engines.columnar.api import DIALECTS, Compiled, Dialect, compile_model
from toimiva.engines.dmn.explaining import LANGUAGES, explain
from toimiva.engines.dmn.tables import decide, row
from toimiva.engines.models.api import (
    Conditional,
    Context,
    Decider,
    Decision,
    DecisionTable,
    DmnError,
    Expression,
    Fault,
    Hit,
    InputData,
    ItemDefinition,
    ListExpression,
    LiteralExpression,
    Miss,
    Model,
    Overlap,
    Rule,
    Step,
    TableNote,
    Trace,
    gaps,
    load,
    overlaps,
    read,
    rewrite,
)

__all__ = [
    "DIALECTS", "LANGUAGES", "Compiled", "Conditional", "Context", "Decider", "Decision", "DecisionTable",
    "Dialect", "DmnError", "Expression", "Fault", "Hit", "InputData", "ItemDefinition", "ListExpression",
    "LiteralExpression", "Miss", "Model", "Overlap", "Rule", "Step", "TableNote", "Trace", "compile_model",
    "decide", "explain", "gaps", "load", "overlaps", "read", "rewrite", "row",
]  # fmt: skip
