"""`toimiva check`: is this installation fit for production? Django's own checks are part of it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.check import Command as DjangoCheck

from toimiva.project.weaknesses import weaknesses


class Command(DjangoCheck):
    help = "Name each weakness of this installation, with its remedy. With --deploy, Django's deployment checks too."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--framework-only", action="store_true", help="Django's own checks only")

    def handle(self, *app_labels: Any, **options: Any) -> None:
        super().handle(*app_labels, **options)
        if options.get("framework_only", True):
            return
        found = list(weaknesses())
        for weakness in found:
            self.stderr.write(f"weakness: {weakness}")
        if found:
            self.stderr.write(f"{len(found)} weaknesses: not fit for production.")
            sys.exit(1)
        self.stdout.write("Fit for production.")
