"""Statistics of a list of numbers (DMN 1.5, table 75)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import reduce

from toimiva.engines.feel.builtins.lists import of_list
from toimiva.engines.feel.values import DECIMAL, Value

__all__ = ["FUNCTIONS"]

Numbers = list[Decimal]


def _of_numbers(compute: Callable[[Numbers], Value]) -> Callable[[list[Value]], Value]:
    def checked(items: list[Value]) -> Value:
        return compute(items) if all(isinstance(item, Decimal) for item in items) else None

    return checked


def _total(numbers: Numbers) -> Decimal:
    return reduce(DECIMAL.add, numbers, Decimal(0))


def _mean(numbers: Numbers) -> Decimal | None:
    return DECIMAL.divide(_total(numbers), Decimal(len(numbers))) if numbers else None


def _median(numbers: Numbers) -> Decimal | None:
    middle, odd = divmod(len(numbers), 2)
    inner = sorted(numbers)[middle : middle + 1] if odd else sorted(numbers)[middle - 1 : middle + 1]
    return _mean(inner) if numbers else None


def _deviation(numbers: Numbers) -> Decimal | None:
    """The sample's standard deviation, of at least two numbers."""
    mean = _mean(numbers)
    if mean is None or len(numbers) < 2:
        return None
    squares = [DECIMAL.power(DECIMAL.subtract(number, mean), 2) for number in numbers]
    return DECIMAL.sqrt(DECIMAL.divide(_total(squares), Decimal(len(numbers) - 1)))


def _mode(numbers: Numbers) -> Numbers:
    """The most frequent numbers, in ascending order."""
    counts = Counter(numbers)
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)


def _product(numbers: Numbers) -> Decimal | None:
    return reduce(DECIMAL.multiply, numbers) if numbers else None


FUNCTIONS = [
    of_list("mean", _of_numbers(_mean)),
    of_list("median", _of_numbers(_median)),
    of_list("stddev", _of_numbers(_deviation)),
    of_list("mode", _of_numbers(_mode)),
    of_list("product", _of_numbers(_product)),
]
