"""DMN models: read one, decide a case, see why.

model = read(path.read_bytes())
Decider(model).decide({"child": {"born": date(2021, 6, 5)}})
"""

from __future__ import annotations

from toimiva.engines.dmn.evaluate import Decider, Hit, Miss, Step, Trace
from toimiva.engines.dmn.model import (
    Decision,
    DecisionTable,
    InputData,
    ItemDefinition,
    LiteralExpression,
    Model,
    Rule,
)
from toimiva.engines.dmn.reader import DmnError, Fault, read

__all__ = [
    "Decider", "Decision", "DecisionTable", "DmnError", "Fault", "Hit", "InputData", "ItemDefinition",
    "LiteralExpression", "Miss", "Model", "Rule", "Step", "Trace", "read",
]  # fmt: skip
