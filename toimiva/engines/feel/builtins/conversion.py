"""From one kind to another (DMN 1.5, table 70)."""

from __future__ import annotations

import re
from decimal import Decimal

from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.values import to_text

__all__ = ["FUNCTIONS"]

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")

_NUMBER_PARAMETERS = "from:string, grouping separator:string|null, decimal separator:string|null"


def _number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    if grouping is not None and (grouping not in (" ", ",", ".") or grouping == point):
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point else plain
    return Decimal(plain) if _NUMBER.match(plain) else None


FUNCTIONS = [
    builtin(
        "number",
        "from:string, grouping separator:string|null, decimal separator:string|null",
        _number,
        optional=2,
    ),
    builtin("string", "from", to_text),
]
