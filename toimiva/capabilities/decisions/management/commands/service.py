"""`toimiva service check|new|list|sign|document`. Here because signing is a decision; the rest is of services."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities


class Command(BaseCommand):
    help = "Check, make, list and sign off service folders."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="everything that is wrong, with file, line and how to mend it")
        check.add_argument("path", nargs="?", type=Path, help="a service folder (default: all of the city's)")
        new = verbs.add_parser("new", help="a working folder to start from")
        new.add_argument("name")
        new.add_argument("--like", default="preschool", help="the service to copy (default: %(default)s)")
        listing = verbs.add_parser("list", help="the city's services")
        sign = verbs.add_parser(
            "sign", help="sign the deployment decision: without it nothing is decided automatically"
        )
        document = verbs.add_parser("document", help="the deployment decision as it would be signed, as Markdown")
        for verb in (sign, document):
            verb.add_argument("service")
            verb.add_argument("--official", required=True, help="name of the official who answers for it")
            verb.add_argument("--role", required=True, help="the official's role")
        for verb in (check, new, listing, sign, document):
            verb.add_argument("--city", default="helsinki", help="name of the city's folder (default: %(default)s)")

    def handle(self, *, verb: str, city: str, **options: Any) -> None:
        getattr(self, f"_{verb}")(cities.load(city), **options)

    def _check(self, city: cities.City, *, path: Path | None, **_: Any) -> None:
        folders = [path] if path else [city.find(f"services/{name}") for name in services.names_of(city)]
        wrong = sum(self._check_one(city, folder) for folder in folders if folder)
        if wrong:
            sys.exit(1)

    def _check_one(self, city: cities.City, folder: Path) -> int:
        report = services.check_folder(city, folder, on=city.as_of)
        for note in report.notes:
            self.stdout.write(f"note: {note}")
        for fault in report.faults:
            self.stderr.write(str(fault))
        state = f"{len(report.faults)} faults" if report.faults else f"ready; {report.examples} examples hold"
        self.stdout.write(f"{folder.name}: {state}")
        return len(report.faults)

    def _new(self, city: cities.City, *, name: str, like: str, **_: Any) -> None:
        folder = services.new_service(city, name, like=like)
        self.stdout.write(f"Made {folder}. Change it, then run: toimiva service check {folder} --city {city.id}")

    def _list(self, city: cities.City, **_: Any) -> None:
        for name in services.names_of(city):
            service = services.get_service(city, name)
            signed = "signed off" if decisions.is_deployed(service) else "not signed off"
            self.stdout.write(f"{name}: {service.definition.names['en']} ({service.definition.gives}, {signed})")

    def _sign(self, city: cities.City, *, service: str, official: str, role: str, **_: Any) -> None:
        found = services.get_service(city, service)
        row = decisions.sign(found, official=official, role=role, at=cities.now(city.id))
        self.stdout.write(f"{service} is signed off by {row.official}, {row.role}: rules {row.digest[:16]}.")

    def _document(self, city: cities.City, *, service: str, official: str, role: str, **_: Any) -> None:
        found = services.get_service(city, service)
        self.stdout.write(decisions.deployment_document(found, official=official, role=role, at=cities.now(city.id)))
