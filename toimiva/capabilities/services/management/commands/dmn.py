"""`toimiva dmn check|eval`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from toimiva.engines.dmn.api import Decider, DmnError, Model, read


class Command(BaseCommand):
    help = "Check and evaluate DMN models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="every fault with its line")
        evaluate = verbs.add_parser("eval", help="every decision for one input, as JSON")
        evaluate.add_argument("--input", type=Path, required=True, help="a JSON file: input data by name")
        for verb in (check, evaluate):
            verb.add_argument("model", type=Path)

    def handle(self, *, verb: str, model: Path, **options: Any) -> None:
        if not model.is_file():
            raise CommandError(f"{model} is not a file.", returncode=2)
        try:
            found = read(model.read_bytes())
        except DmnError as error:
            for fault in error.faults:
                self.stderr.write(f"{model}:{fault.line}: {fault.message} {fault.mend}")
            sys.exit(1)
        getattr(self, f"_{verb}")(found, **options)

    def _check(self, model: Model, **_: Any) -> None:
        self.stdout.write(f"{model.name}: {len(model.decisions)} decisions, nothing wrong.")

    def _eval(self, model: Model, *, input: Path, **_: Any) -> None:
        values = json.loads(input.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
        decided = Decider(model).decide(_dates(values))
        self.stdout.write(json.dumps(decided, default=_json, ensure_ascii=False))


def _dates(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dates(item) for item in value]
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value


def _json(value: Any) -> Any:
    return (
        float(value)
        if isinstance(value, Decimal) and value % 1
        else int(value)
        if isinstance(value, Decimal)
        else str(value)
    )
