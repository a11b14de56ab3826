"""`toimiva round run|list|show`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.jobs import api as jobs


class Command(BaseCommand):
    help = "Run a service's round, or see the rounds there are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        run = verbs.add_parser("run", help="over the registers' newest snapshot; goes on with one that was stopped")
        run.add_argument("service", help="name of the service's folder, such as preschool")
        run.add_argument("--city", default="helsinki", help="name of the city's folder (default: %(default)s)")
        run.add_argument(
            "--simulate-replies", action="store_true", help="families answer by the service's stated model"
        )
        run.add_argument(
            "--seed", type=int, default=1, help="for the lottery and the simulation (default: %(default)s)"
        )
        run.add_argument("--opens", type=date.fromisoformat, help="the day it opens (default: the service's own)")
        run.add_argument("--days", type=int, help="days to reply (default: the service's own)")
        run.add_argument("--kept-back", type=int, default=0, help="per cent of places not offered (default: none)")
        show = verbs.add_parser("show", help="a round's summary")
        show.add_argument("round")
        listing = verbs.add_parser("list", help="rounds, newest first")
        for verb in (run, show, listing):
            verb.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on stdout")

    def handle(self, *, verb: str, as_json: bool, **options: Any) -> None:
        result = getattr(self, f"_{verb}")(**options)
        self.stdout.write(json.dumps(result, default=str, ensure_ascii=False) if as_json else _as_text(result))

    def _run(self, *, service: str, city: str, simulate_replies: bool, seed: int, **options: Any) -> dict[str, Any]:
        terms = rounds.Terms(opens=options["opens"], days=options["days"], kept_back=options["kept_back"])
        found = services.get_service(cities.load(city), service)
        with jobs.stages() as step:
            if simulate_replies:
                return rounds.run(found, seed=seed, terms=terms, on_step=step).summary
            row = rounds.start(found, seed=seed, simulated=False, terms=terms, on_step=step)
            step("send")
            sent = channels.send_due(found.city, at=max(cities.now(city), row.opens))
        return _of(row) | {"messages_sent_now": sent}

    def _show(self, *, round: str, **_: Any) -> dict[str, Any]:
        row = rounds.get_round(round)
        return row.summary or _of(row)

    def _list(self, **_: Any) -> dict[str, Any]:
        return {row.id: _of(row) for row in rounds.list_rounds()}


def _of(row: rounds.Round) -> dict[str, Any]:
    return {
        "round": row.id, "phase": row.phase, "opens": row.opens, "closes": row.closes, "simulated": row.simulated,
        "seconds": row.seconds,
    }  # fmt: skip


def _as_text(result: dict[str, Any]) -> str:
    lines = list(_lines(result))
    width = max((len(name) for name, _ in lines), default=0)
    return "\n".join(f"{name:<{width}}  {words}" for name, words in lines)


def _lines(result: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Names and values, a line for each part of what is nested."""
    for name, value in result.items():
        if isinstance(value, dict) and any(isinstance(item, dict | list) for item in value.values()):
            yield from _lines(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _value(value)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if (
        isinstance(value, list)
        and value
        and all(isinstance(item, dict) and item.get("accepted") is not None for item in value)
    ):
        return _range(value)
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list) else str(value)


def _range(groups: list[dict[str, Any]]) -> str:
    """Who accepted least and most; `--json` and the round's page have all of them."""
    least, most = (choose(groups, key=lambda one: one["accepted"]) for choose in (min, max))
    told = [f"{one['accepted']:.0%} ({one['group']})" for one in (least, most)]
    return f"accepted from {told[0]} to {told[1]}, of {len(groups)} groups"
