"""FEEL's built-in functions by name (DMN 1.5, 10.3.4)."""

from toimiva.engines.feel.builtins import conversion, lists, numeric, strings, temporal
from toimiva.engines.feel.values import Function

__all__ = ["BUILTINS"]

BUILTINS: dict[str, Function] = {
    function.name: function
    for family in (conversion, lists, numeric, strings, temporal)
    for function in family.FUNCTIONS
}
