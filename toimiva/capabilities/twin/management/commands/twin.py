"""`toimiva twin`: bring models in, check, tile, compute the sun, ask."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from toimiva.capabilities.twin import asking, flood, keeping, noise, seeing, walking
from toimiva.capabilities.twin.asking import questions
from toimiva.capabilities.twin.checking import check_files, check_twin, mend_twin
from toimiva.capabilities.twin.importing import Brought, bring_in, take_away
from toimiva.capabilities.twin.reality import Photographed, build_mesh
from toimiva.capabilities.twin.settings import metric_system
from toimiva.capabilities.twin.sun import METHOD, hours_lost, sun_on_roofs
from toimiva.capabilities.twin.tiling import Tiled, build_tiles
from toimiva.core.city import api as cities
from toimiva.core.jobs.api import stages

_VERBS = {
    "import": "every model below a folder: CityGML, CityJSON, 3D Tiles, meshes, GeoJSON",
    "check": "what is wrong with the geometry; exit code 1 where anything is",
    "tiles": "3D Tiles of what is in the twin; only changed tiles are built",
    "solar": "a year of sun on every roof, shaded by what stands around",
    "views": "what is seen from every wall: sky, green, water, and how far",
    "shadow": "hours of sun that a plan takes from what stands around it",
    "walks": "metres on foot from every building to the nearest place of each kind",
    "noise": "noise of roads before every wall, by day, evening and night",
    "flood": "buildings that the sea reaches at a level",
    "ask": "SQL over the twin's tables, or a named question (`questions` lists them)",
    "drop": "take a plan away, with its tiles",
}
_OF_A_PLAN = ("shadow", "drop")  # they name the plan first
_ARGUMENTS: dict[str, dict[str, dict[str, Any]]] = {
    "import": {
        "path": {"type": Path, "nargs": "?"},
        "--crs": {"default": "", "help": "the reference system of files that name none, or a wrong one, as EPSG:3879"},
        "--remove": {"nargs": "+", "default": [], "metavar": "ID", "help": "objects that the plan does away with"},
    },
    "check": {
        "path": {"type": Path, "nargs": "?", "help": "files to check as they are (what is in the twin)"},
        "--schemas": {"type": Path, "metavar": "FOLDER", "help": "hold files against the schemas in a folder too"},
        "--repair": {"action": "store_true", "help": "put right in the twin what is safe to, and say so"},
    },
    "solar": {"--facades": {"action": "store_true", "help": "walls too"}},
    "shadow": {
        "branch": {"help": "the plan"},
        "--day": {"type": date.fromisoformat, "help": "a date (the next equinox of March)"},
    },
    "flood": {"level": {"type": float, "help": "metres, in the system of heights of the city's models"}},
    "ask": {
        "question": {"help": "a SELECT, a name, or `questions`"},
        "parameters": {"nargs": "*", "metavar": "NAME=VALUE", "help": "of a named question"},
    },
    "drop": {"branch": {"help": "the plan"}},
}


class Command(BaseCommand):
    help = "The digital twin: models of the city in three dimensions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for name, words in _VERBS.items():
            verb = verbs.add_parser(name, help=words)
            for flag, how in _ARGUMENTS.get(name, {}).items():
                verb.add_argument(flag, **how)
            if name not in _OF_A_PLAN:
                verb.add_argument("--branch", default="", help="a plan beside today's city")
            verb.add_argument("--city", default="helsinki")
            verb.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, city: str, as_json: bool, **options: Any) -> None:
        self.city, self.as_json = cities.load(city), as_json
        getattr(self, f"_{verb}")(**options)

    def _say(self, told: Any, lines: list[str]) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False) if self.as_json else "\n".join(lines))

    def _import(self, *, path: Path | None, crs: str, branch: str, remove: list[str], **_: Any) -> None:
        if not (path or remove) or (remove and not branch):
            raise CommandError("Give a file or a folder; or --branch NAME --remove ID.", returncode=2)
        removed = take_away(self.city, branch, remove) if remove else 0
        with _Bar("objects") as bar:
            brought = bring_in(self.city, path, crs=crs, branch=branch, progress=bar.told) if path else []
        for one in brought:
            if one.error:
                line = f" (line {one.line})" if one.line else ""
                print(f"toimiva: {one.error}{line}", *filter(None, (one.why, one.mend)), sep="\n  ", file=sys.stderr)
        told = {
            "city": self.city.id, "branch": branch, "files": [asdict(one) for one in brought],
            "objects": sum(one.objects for one in brought), "refused": sum(bool(one.error) for one in brought),
            "removed": removed,
        }  # fmt: skip
        self._say(told, [*map(_line, brought), *([f"{removed} objects removed by {branch}"] if removed else [])])
        if told["refused"]:
            sys.exit(3)

    def _check(self, *, path: Path | None, branch: str, repair: bool, schemas: Path | None, **_: Any) -> None:
        if repair and path:
            raise CommandError("--repair is for what is in the twin: import the files first.", returncode=2)
        if schemas and not path:
            raise CommandError("--schemas is for files: name the file or folder to check.", returncode=2)
        with _Bar("objects") as bar:
            done = mend_twin(self.city, branch, bar.told) if repair else {}
            report = (
                check_files(path, bar.told, prefer=metric_system(self.city), schemas=schemas) if path
                else check_twin(self.city, branch, bar.told)
            )  # fmt: skip
        told = report.told() | ({"repaired": done} if repair else {})
        lines = [f"{key}: {words}" for key, all_words in done.items() for words in all_words]
        lines += [
            f"{one.source}{f':{one.line}' if one.line else ''}: {one.object}: {one.code} {one.message} ({one.part})"
            for one in report.faults
        ]
        lines += [" ".join(filter(None, (one["what"], one["why"], one["mend"]))) for one in report.unreadable]
        lines.append(f"{report.checked} objects, {report.checked - report.faulty} sound, {report.faulty} with faults")
        self._say(told, lines)
        if report.faults or report.unreadable:
            sys.exit(1)

    def _tiles(self, *, branch: str, **_: Any) -> None:
        with stages() as stage:
            stage("reality mesh")
            mesh = None if branch else build_mesh(self.city)
            stage("tiles")
            tiled = build_tiles(self.city, branch) if mesh is None or keeping.is_there(self.city) else None
        told = (asdict(tiled) if tiled else {}) | ({"mesh": asdict(mesh)} if mesh else {})
        self._say(told, [*(_tiled_line(tiled) if tiled else ()), *(_mesh_line(mesh) if mesh else ())])

    def _solar(self, *, branch: str, facades: bool, **_: Any) -> None:
        with _Bar("faces") as bar:
            sunned = sun_on_roofs(self.city, branch, facades=facades, progress=bar.told)
        words = (
            f"{sunned.faces} faces, {sunned.area:,.0f} m2: {sunned.energy_gwh} GWh of sun a year, "
            f"{sunned.mean} kWh/m2; "
            f"{sunned.electricity_gwh} GWh of electricity by modules of 20 % and losses of 20 %"
        )
        self._say(asdict(sunned) | {"method": METHOD}, [words, f"Clouds: {sunned.clouds}", f"Method: {METHOD}"])

    def _views(self, *, branch: str, **_: Any) -> None:
        with _Bar("walls") as bar:
            viewed = seeing.views_from_walls(self.city, branch, progress=bar.told)
        words = (
            f"{viewed.walls} walls see {viewed.sky:.0%} sky, {viewed.green:.0%} green and {viewed.water:.0%} water; "
            f"{viewed.open:.0f} m of open view (means by area)"
        )
        self._say(asdict(viewed) | {"method": seeing.METHOD}, [words, f"Method: {seeing.METHOD}"])

    def _shadow(self, *, branch: str, day: date | None, **_: Any) -> None:
        day = day or date(cities.today(self.city).year, 3, 20)
        lost = hours_lost(self.city, branch, day)
        lines = [f"{one.object}: {one.kind} {one.area} m2: {one.before} h -> {one.after} h" for one in lost]
        told = {"branch": branch, "day": day.isoformat(), "faces": [asdict(one) for one in lost]}
        self._say(told, [*lines, f"{len(lost)} faces lose a quarter of an hour or more on {day}"])

    def _walks(self, *, branch: str, **_: Any) -> None:
        with _Bar("ways") as bar:
            walked = walking.walk_to_places(self.city, branch, progress=bar.told)
        kinds = ", ".join(f"{count} {kind}" for kind, count in walked.kinds.items())
        words = f"{walked.ways} ways from {walked.buildings} buildings, {walked.on_streets} of them over streets"
        self._say(asdict(walked) | {"method": walking.METHOD}, [words, f"To: {kinds}", f"Method: {walking.METHOD}"])

    def _noise(self, *, branch: str, **_: Any) -> None:
        with _Bar("walls") as bar:
            heard = noise.noise_before_walls(self.city, branch, progress=bar.told)
        words = (
            f"{heard.walls} walls of {heard.buildings} buildings, {heard.loud} of them with 65 dB (Lden) and more; "
            f"{heard.roads} roads, {heard.guessed} of them not counted"
        )
        guessed = [heard.source] if heard.guessed else []
        self._say(asdict(heard) | {"method": noise.METHOD}, [words, *guessed, f"Method: {noise.METHOD}"])

    def _flood(self, *, branch: str, level: float, **_: Any) -> None:
        done = flood.flood_at(self.city, branch, level)
        words = f"{done.buildings} of {done.looked_at} buildings have water at their foot, {done.deepest} m at most"
        words += f"; {done.unknown} have no known ground" if done.unknown else ""
        self._say(asdict(done) | {"method": flood.METHOD}, [words, f"Method: {flood.METHOD}"])

    def _drop(self, *, branch: str, **_: Any) -> None:
        count = keeping.drop(self.city, branch)
        self._say({"branch": branch, "objects": count}, [f"{branch}: {count} objects taken away"])

    def _ask(self, *, question: str, parameters: list[str], branch: str, **_: Any) -> None:
        if question == "questions":
            found = questions(self.city)
            told = {name: {"title": one.title, "parameters": one.parameters} for name, one in found.items()}
            lines = [f"{name}: {one.title['en']} {dict(one.parameters) or ''}".rstrip() for name, one in found.items()]
            return self._say(told, lines)
        sql, given = question, {}
        if len(question.split()) == 1:
            named = asking.question(self.city, question)
            changed = dict(_parameter(one, named.parameters) for one in parameters)
            sql, given = named.sql, dict(named.parameters) | changed
        answer = asking.ask(self.city, sql, given, branch)
        rows = [dict(zip(answer.columns, map(_plain, row), strict=True)) for row in answer.rows]
        lines = ["\t".join(answer.columns), *("\t".join(map(str, row.values())) for row in rows)]
        return self._say({"columns": list(answer.columns), "rows": rows, "more": answer.more}, lines)


def _tiled_line(tiled: Tiled) -> tuple[str, str]:
    told = (
        f"{tiled.tiles} tiles of {tiled.objects} objects: {tiled.built} built, {tiled.kept} as they were, "
        f"{tiled.removed} gone; {tiled.bytes / 1e6:.1f} MB, "
        f"{tiled.first_view_bytes / 1e6:.1f} MB for a view of it all"
    )
    return told, tiled.folder


def _mesh_line(mesh: Photographed) -> tuple[str, str]:
    told = (
        f"{mesh.tiles} tiles of photographs ({mesh.triangles:,} triangles in {mesh.pieces} pieces): "
        f"{mesh.built} built, {mesh.removed} gone; {mesh.bytes / 1e6:.1f} MB"
    )
    return told, mesh.folder


def _parameter(told: str, known: Mapping[str, Any]) -> tuple[str, Any]:
    name, _, value = told.partition("=")
    if name not in known:
        raise CommandError(f"There is no parameter {name!r}. There are {', '.join(known) or 'none'}.", returncode=2)
    try:
        return name, value if isinstance(known[name], str) else float(value)
    except ValueError:
        raise CommandError(f"{name} is a number, not {value!r}.", returncode=2) from None


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | NoneType) else str(value)


def _line(one: Brought) -> str:
    if one.error:
        return f"{one.source}: not kept"
    kinds = ", ".join(f"{count} {kind}" for kind, count in list(one.kinds.items())[:4])
    if one.epsg is None:
        return f"{one.source}: nothing to keep: its tiles name no content"
    found = f"; {sum(one.findings.values())} faults told by `twin check`" if one.findings else ""
    measured = f"{one.objects} objects ({kinds}), {one.faces} faces" if one.objects else kinds
    photographed = f"{one.triangles:,} triangles under photographs" if one.triangles else ""
    told = ((one.places, "place"), (one.roads, "road"))
    around = [f"{count} {what}{'s' if count > 1 else ''}" for count, what in told if count]
    lost = f"; {len(one.lost)} photographs cannot be read: {', '.join(one.lost[:3])}" if one.lost else ""
    parts = ", ".join(filter(None, [measured, photographed, *around]))
    return f"{one.source}: {parts}, EPSG:{one.epsg}, {one.axes}{found}{lost}"


class _Bar:
    """Progress on a terminal; nothing elsewhere."""

    def __init__(self, unit: str) -> None:
        self.bar = tqdm(unit=f" {unit}", file=sys.stderr, leave=False, disable=not sys.stderr.isatty())

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: Any) -> None:
        self.bar.close()

    def told(self, what: str, done: int) -> None:
        self.bar.set_description(what[-40:], refresh=False)
        self.bar.n = done
        self.bar.refresh()
