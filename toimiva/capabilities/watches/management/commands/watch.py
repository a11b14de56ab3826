"""`toimiva watch`: look at what sensors tell, now or again over a past time, and check a watch's folder."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.watches import folders
from toimiva.capabilities.watches.looking import Looked, replay
from toimiva.core.city import api as cities


class Command(BaseCommand):
    help = "Rules on streams: look at what sensors tell."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        checked = verbs.add_parser("check", help="everything that is wrong with a watch's folder")
        checked.add_argument("folder", type=Path)
        looked = verbs.add_parser("look", help="judge everything now, or step by step over a past time")
        looked.add_argument("watch", nargs="?")
        looked.add_argument("--city", default="helsinki")
        looked.add_argument("--from", type=datetime.fromisoformat, dest="start", help="local time, as 2027-01-11T08:00")
        looked.add_argument("--to", type=datetime.fromisoformat, dest="end")
        looked.add_argument("--every", type=int, default=5, help="minutes between two looks (5)")
        for one in (checked, looked):
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, as_json: bool, **options: Any) -> None:
        told = self._check(options["folder"]) if verb == "check" else self._look(**options)
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for row in told["watches"]:
            self.stdout.write(", ".join(f"{name}: {value}" for name, value in row.items()))

    def _check(self, folder: Path) -> dict[str, Any]:
        one = folders.check(folder.resolve())
        return {"watches": [{"watch": one.id, "name": one.name["en"], "when": one.when}]}

    def _look(self, *, watch: str | None, city: str, start: Any, end: Any, every: int, **_: Any) -> dict[str, Any]:
        found = cities.load(city)
        first = start.replace(tzinfo=start.tzinfo or found.zone) if start else cities.now(city)
        last = end.replace(tzinfo=end.tzinfo or found.zone) if end else first
        chosen = [folders.watch(found, watch)] if watch else list(folders.watches_of(found).values())
        step = timedelta(minutes=max(1, every))
        told = []
        for one in chosen:
            looks = list(replay(found, one, start=first, end=last, step=step))
            told.append({"watch": one.id, "looks": len(looks), **_sum(looks)})
        return {"city": city, "from": first.isoformat(), "to": last.isoformat(), "watches": told}


def _sum(looks: list[Looked]) -> dict[str, int]:
    return {
        "things": max((look.things for look in looks), default=0),
        "raised": sum(look.raised for look in looks),
        "passed": sum(look.passed for look in looks),
    }
