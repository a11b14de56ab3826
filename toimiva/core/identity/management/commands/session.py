"""`toimiva session list|end`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.core.identity import api as identity


class Command(BaseCommand):
    help = "Open sessions, and ending those of one person, as when a phone is lost or an official leaves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="how many are open, by kind")
        end = verbs.add_parser("end", help="end the open sessions of one person, or all")
        who = end.add_mutually_exclusive_group(required=True)
        who.add_argument("--who", help="an official's name, or a resident's pseudonym")
        who.add_argument("--all", action="store_true", dest="everyone")

    def handle(self, *, verb: str, who: str | None = None, **_: Any) -> None:
        if verb == "list":
            self.stdout.write("\n".join(f"{kind}  {n}" for kind, n in identity.count_open().items()) or "None is open.")
        else:
            self.stdout.write(f"{identity.end_all(who)} sessions have ended.")
