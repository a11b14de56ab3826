"""`toimiva datasets`: what the catalogue has, taking in others, and writing all of it to files."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.datasets import files, rdf
from toimiva.capabilities.datasets.catalogue import FORMS, datasets
from toimiva.capabilities.datasets.harvesting import harvest
from toimiva.capabilities.datasets.quality import MOST, quality


class Command(BaseCommand):
    help = "The open data catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listed = verbs.add_parser("list", help="every data set with its points of quality")
        taken = verbs.add_parser("harvest", help="take in another catalogue's DCAT-AP: a file or an address")
        taken.add_argument("source")
        written = verbs.add_parser("write", help="the catalogue and every table into a folder")
        written.add_argument("folder", type=Path)
        for one in (listed, taken, written):
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, as_json: bool, **options: Any) -> None:
        match verb:
            case "list":
                told: dict[str, Any] = {"datasets": self._list(as_json)}
            case "harvest":
                count, gone = harvest(options["source"])
                told = {"harvested": count, "gone": gone}
            case _:
                told = {"files": self._write(options["folder"])}
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        elif verb != "list":
            self.stdout.write(", ".join(f"{name}: {value}" for name, value in told.items()))

    def _list(self, as_json: bool) -> list[dict[str, Any]]:
        rows = []
        for row in datasets():
            points = sum(one.points for one in quality(row))
            rows.append({"name": row.name, "title": dict(row.title), "points": points, "of": MOST})
            if not as_json:
                self.stdout.write(f"{row.name}: {row.title.get('en') or row.title.get('fi')} ({points}/{MOST})")
        return rows

    def _write(self, folder: Path) -> int:
        folder.mkdir(parents=True, exist_ok=True)
        rows = datasets()
        for form, (name, _) in rdf.FORMATS.items():
            (folder / f"catalogue.{form}").write_text(rdf.graph_of(rows).serialize(format=name), encoding="utf-8")
        tables = [(row.name, row.table) for row in rows if row.table is not None]
        written = len(rdf.FORMATS)
        for title, table in tables:
            for form in (form for form in FORMS if form != "geojson" or table.located):
                (folder / f"{title}.{form}").write_bytes(files.write(table, form))
                written += 1
        return written
