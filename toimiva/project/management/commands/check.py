"""`toimiva check`: is this installation fit for production? Django's own checks are part of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands.check import Command as DjangoCheck
from django.db import connection

from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities


class Command(DjangoCheck):
    help = "Name each weakness of this installation, with its remedy. With --deploy, Django's deployment checks too."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--framework-only", action="store_true", help="Django's own checks only")

    def handle(self, *app_labels: Any, **options: Any) -> None:
        super().handle(*app_labels, **options)
        if options.get("framework_only", True):
            return
        weaknesses = list(_weaknesses())
        for weakness in weaknesses:
            self.stderr.write(f"weakness: {weakness}")
        if weaknesses:
            self.stderr.write(f"{len(weaknesses)} weaknesses: not fit for production.")
            sys.exit(1)
        self.stdout.write("Fit for production.")


def _weaknesses() -> Iterator[str]:
    if not settings.PRODUCTION:
        yield "TOIMIVA_PRODUCTION is not 1: cookies and redirects are not secured. Set it."
    if settings.PRODUCTION and len(settings.SECRET_KEY) < 50:
        yield "TOIMIVA_SECRET_KEY is missing or short: make one of 50 random characters."
    if settings.OPEN_STAFF_PAGES:
        yield "The staff pages are open to anyone: unset TOIMIVA_OPEN_STAFF_PAGES."
    if not settings.BACKUP_RECIPIENT:
        yield "No backups can be made: set TOIMIVA_BACKUP_RECIPIENT, see `toimiva backup key`."
    yield from _sign_in()
    if not settings.PSEUDONYM_KEY and any(not cities.load(name).synthetic for name in cities.cities()):
        yield "TOIMIVA_PSEUDONYM_KEY is missing, and a city here is real: set it before its registers land."
    if not any(settings.IDENTITY_KEYS) and any(not cities.load(name).synthetic for name in cities.cities()):
        yield "TOIMIVA_IDENTITY_KEYS is missing, and a city here is real: set it before its registers land."
    if connection.vendor == "sqlite":
        yield "The database is SQLite: fine for one machine; for several set TOIMIVA_DATABASE_URL to PostgreSQL."
    for channel, name in settings.GATEWAYS.items():
        for problem in channels.gateways[name].check():
            yield f"{channel}: {problem}"


def _sign_in() -> Iterator[str]:
    for kind, issuer in settings.ISSUERS.items():
        if not issuer["issuer"]:
            yield f"No {kind} can sign in: set TOIMIVA_{kind.upper()}_ISSUER, _CLIENT and _SECRET."
        elif not issuer["issuer"].startswith("https://"):
            yield f"The issuer of a {kind} is not reached over HTTPS: set TOIMIVA_{kind.upper()}_ISSUER."
