"""`toimiva decision explain|replay`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from toimiva.capabilities.decisions import api as decisions
from toimiva.core.city.api import LANGUAGES


class Command(BaseCommand):
    help = "Explain a decision, or compute decisions again from their pinned inputs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        explain = verbs.add_parser("explain", help="facts, rule, law and result, as a clerk would tell it")
        explain.add_argument("id", help="its id, its number or its offer's id")
        explain.add_argument("--lang", choices=LANGUAGES, default="fi")
        replay = verbs.add_parser("replay", help="exits 0 only when every byte comes out the same")
        replay.add_argument("id", nargs="?")
        replay.add_argument("--round", help="every decision of a round")
        replay.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, **options: Any) -> None:
        getattr(self, f"_{verb}")(**options)

    def _explain(self, *, id: str, lang: str, **_: Any) -> None:
        self.stdout.write(decisions.explain(decisions.find_decision(id), lang))

    def _replay(self, *, id: str | None, round: str | None, as_json: bool, **_: Any) -> None:
        if (id is None) == (round is None):
            raise CommandError("Give a decision's id, or --round ROUND.", returncode=2)
        result = decisions.replay([decisions.find_decision(id)]) if id else decisions.replay_round(round or "")
        if as_json:
            content = {"decisions": result.decisions, "same": not result.differing, "differing": result.differing}
            self.stdout.write(json.dumps(content))
        else:
            self.stdout.write(f"{result.decisions} decisions replayed, {len(result.differing)} differ.")
        for why, ids in _by_cause(result.differing):
            others = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
            self.stderr.write(f"{ids[0]}{others}: {why}")
        if result.differing:
            sys.exit(1)


def _by_cause(differing: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Decisions by why they differ, so that one cause is told once."""
    causes: dict[str, list[str]] = defaultdict(list)
    for decision, why in differing:
        causes[why].append(decision)
    return list(causes.items())[:20]
