"""Cases run one by one through the interpreter; a result passes when it is what the kit expects."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from toimiva.engines.feel.api import Range, Value, YearsMonths, kind_of, to_text
from toimiva.engines.models.api import Decider
from toimiva.engines.tck.cases import Case, Expected, cases_in
from toimiva.engines.tck.models import Models

__all__ = ["Failure", "Report", "run"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that failed: where it is, and what was expected and found."""

    model: str
    case: str
    reason: str


@dataclass(slots=True)
class Report:
    """Counts by compliance level, and each failure with its reason."""

    total: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    failed: list[Failure] = field(default_factory=list)

    def as_data(self) -> dict[str, object]:
        """As the command line prints it."""
        return {
            "total": self.total.total(),
            "passed": self.passed.total(),
            "levels": {
                level: {"total": self.total[level], "passed": self.passed[level]} for level in sorted(self.total)
            },
            "failed": [{"model": f.model, "case": f.case, "reason": f.reason} for f in self.failed],
        }


def run(folder: Path, now: dt.datetime) -> Report:
    """All the compliant cases below a folder; `now` is what now() and today() tell."""
    models, report = Models(), Report()
    for case in cases_in(folder):
        report.total[case.level] += 1
        reason = next(_faults_of(case, models, now), None)
        if reason is None:
            report.passed[case.level] += 1
        else:
            report.failed.append(Failure(case.model.name, case.id, reason))
    return report


def _faults_of(case: Case, models: Models, now: dt.datetime) -> Iterator[str]:
    decider = models.decider(case.model)
    if decider is None:
        yield "The model cannot be read."
        return
    for expected in case.expected:
        found, why = _found(case, expected, decider, now)
        if expected.error and found is not None and not _equal(expected.value, found):
            yield f"{expected.name}: an error was expected, found {to_text(found)!r}."
        elif not expected.error and not _equal(expected.value, found):
            yield f"{expected.name}: expected {_text(expected.value)}, found {_text(found)}. {why}"


def _found(case: Case, expected: Expected, decider: Decider, now: dt.datetime) -> tuple[Value, str]:
    if case.invocable:
        result = decider.invoke(case.invocable, case.inputs, now)
        several = isinstance(result, dict) and len(decider.model.services[case.invocable].outputs) > 1
        return (result.get(expected.name) if several else result), ""
    if expected.name not in decider.model.decisions:
        return None, "There is no such decision."
    step = decider.evaluate(expected.name, case.inputs, now)
    return step.value, " ".join(step.warnings[:3])


def _text(value: Value) -> str:
    return f"{kind_of(value)} {to_text(value)}"


def _equal(expected: Value, found: Value) -> bool:
    """As the kit compares: numbers to eight significant digits, everything else exactly."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(expected - found) <= abs(expected) * Decimal("1e-8")
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_equal, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(_equal(expected[key], found[key]) for key in expected)
    if isinstance(expected, str) and isinstance(found, Range | YearsMonths | dt.date | dt.time | dt.timedelta):
        return expected == to_text(found)
    return type(expected) is type(found) and bool(expected == found)
