"""`toimiva dmn check|eval|explain|compile|tck`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from toimiva.engines.dmn.api import (
    DIALECTS,
    LANGUAGES,
    Decider,
    DecisionTable,
    DmnError,
    Model,
    compile_model,
    explain,
    gaps,
    overlaps,
    read,
)
from toimiva.engines.feel.api import parse_temporal, to_text
from toimiva.engines.tck.api import Compiled, Report, compile_cases, run


class Command(BaseCommand):
    help = "Check and evaluate DMN models, and run the standard's compatibility kit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="every fault with its line; rules that overlap; cases no rule covers")
        evaluate = verbs.add_parser("eval", help="every decision for one input, as JSON")
        explain = verbs.add_parser("explain", help="how each decision came about for one input, in words")
        explain.add_argument("--language", choices=LANGUAGES, default="en")
        compiled = verbs.add_parser("compile", help="the model as one SQL query, and what has no exact form and why")
        compiled.add_argument("--dialect", choices=DIALECTS, default="duckdb")
        compiled.add_argument(
            "--parameters", type=Path, help="a JSON file: values of the input `parameters`, to be bound"
        )
        for verb in (evaluate, explain):
            verb.add_argument("--input", type=Path, required=True, help="a JSON file: input data by name")
        for verb in (check, evaluate, explain, compiled):
            verb.add_argument("model", type=Path)
        kit = verbs.add_parser("tck", help="the DMN compatibility kit: what passes, what compiles, what fails and why")
        kit.add_argument("folder", type=Path)
        kit.add_argument("--json", action="store_true")

    def handle(self, *, verb: str, **options: Any) -> None:
        getattr(self, f"_{verb}")(**options)

    def _check(self, *, model: Path, **_: Any) -> None:
        found = self._read(model)
        self.stdout.write(f"{found.name}: {len(found.decisions)} decisions, nothing wrong.")
        for decision in found.decisions.values():
            if isinstance(decision.expression, DecisionTable):
                for note in _notes(decision.expression):
                    self.stdout.write(f"{model}:{decision.expression.line}: {decision.name}: {note}")

    def _eval(self, *, model: Path, input: Path, **_: Any) -> None:
        decided = Decider(self._read(model)).decide(_inputs(input), now=dt.datetime.now(dt.UTC))
        self.stdout.write(json.dumps(decided, default=_json, ensure_ascii=False))

    def _explain(self, *, model: Path, input: Path, language: str, **_: Any) -> None:
        self.stdout.write(explain(self._read(model), _inputs(input), language, dt.datetime.now(dt.UTC)))

    def _compile(self, *, model: Path, dialect: str, parameters: Path | None, **_: Any) -> None:
        bound = _inputs(parameters) if parameters else {}
        query = compile_model(self._read(model), bound, dialect=DIALECTS[dialect])
        for name, value in DIALECTS[dialect].settings.items():
            self.stdout.write(f"SET {name} = {value};")
        self.stdout.write(query.over("source"))
        for name, refusal in query.refused.items():
            self.stderr.write(f"{name}: {refusal}")

    def _tck(self, *, folder: Path, json: bool, **_: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder. Give the kit's folder of test cases.", returncode=2)
        now = dt.datetime.now(dt.UTC)
        report, compiled = run(folder, now), compile_cases(folder, now)
        self.stdout.write(_as_json(report, compiled) if json else _as_text(report, compiled))

    def _read(self, path: Path) -> Model:
        if not path.is_file():
            raise CommandError(f"{path} is not a file.", returncode=2)
        try:
            return read(path.read_bytes(), lambda namespace, _: _beside(path, namespace))
        except DmnError as error:
            for fault in error.faults:
                self.stderr.write(f"{path}:{fault.line}: {fault.message} {fault.mend}")
            sys.exit(1)


def _beside(path: Path, namespace: str) -> Model | None:
    """The model of an imported namespace, among the files of the same folder."""
    others = (other for other in sorted(path.parent.glob("*.dmn")) if other != path)
    found = next((o for o in others if f'namespace="{namespace}"'.encode() in o.read_bytes()), None)
    return None if found is None else read(found.read_bytes(), lambda inner, _: _beside(found, inner))


def _inputs(path: Path) -> dict[str, Any]:
    """Input data from a JSON file, numbers exact and dates as dates."""
    if not path.is_file():
        raise CommandError(f"{path} is not a file. Give the input data as JSON, by name.", returncode=2)
    try:
        values = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    except ValueError as error:
        raise CommandError(f"{path} is not JSON: {error}.", returncode=2) from error
    if not isinstance(values, dict):
        raise CommandError(f"{path} has to be an object: each input's name and its value.", returncode=2)
    return {name: _temporal(value) for name, value in values.items()}


def _notes(table: DecisionTable) -> Iterator[str]:
    """What a table's author may want to know: with policy FIRST rules overlap on purpose."""
    if table.hit_policy == "UNIQUE":
        for overlap in overlaps(table):
            yield f"rules {overlap.first} and {overlap.second} both hold for {_example(overlap.example)}."
    gap = gaps(table)
    if gap is not None and table.hit_policy in ("UNIQUE", "FIRST", "ANY", "PRIORITY"):
        yield f"no rule holds for {_example(gap)}."


def _example(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {to_text(value)}" for name, value in values.items()) or "any values"


def _as_json(report: Report, compiled: Compiled) -> str:
    return json.dumps({**report.as_data(), "compiled": compiled.as_data()}, ensure_ascii=False, indent=1)


def _as_text(report: Report, compiled: Compiled) -> str:
    lines = [f"{report.passed.total()} of {report.total.total()} cases pass."]
    lines += [f"  level {level}: {report.passed[level]} of {total}" for level, total in sorted(report.total.items())]
    lines.append(
        f"{compiled.native} of {compiled.decisions} decisions compile to SQL ({compiled.constant} are the same for "
        f"every input), and {compiled.agree} give what the interpreter gives."
    )
    lines += [f"{failure.model} {failure.case}: {failure.reason}" for failure in report.failed]
    return "\n".join(lines)


def _temporal(value: Any) -> Any:
    """JSON has no dates: text that is a date, time or duration becomes one."""
    if isinstance(value, dict):
        return {key: _temporal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_temporal(item) for item in value]
    if not isinstance(value, str):
        return value
    found = parse_temporal(value)
    return value if found is None else found


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return to_text(value)
