"""FEEL's built-in functions by name (DMN 1.5, 10.3.4)."""

from toimiva.engines.feel.builtins import contexts, conversion, lists, numeric, ranges, statistics, strings, temporal
from toimiva.engines.feel.builtins.temporal import CLOCKED
from toimiva.engines.feel.values import Function

__all__ = ["BUILTINS", "CLOCKED"]

BUILTINS: dict[str, Function] = {
    function.name: function
    for family in (contexts, conversion, lists, numeric, ranges, statistics, strings, temporal)
    for function in family.FUNCTIONS
}
