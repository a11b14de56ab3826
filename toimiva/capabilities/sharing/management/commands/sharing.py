"""`toimiva sharing add|list|close`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.sharing import api as sharing
from toimiva.core.city import api as cities


class Command(BaseCommand):
    help = "Services of others that residents may let fetch their data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="register a service; its secret is shown once")
        add.add_argument("name")
        add.add_argument("--homepage", required=True)
        add.add_argument("--redirect", nargs="+", required=True, help="where residents come back to, exactly")
        add.add_argument("--purpose", nargs="+", required=True, help="purposes that rest on consent")
        add.add_argument("--public", action="store_true", help="it cannot keep a secret, as an app on a phone")
        close = verbs.add_parser("close", help="let a service fetch nothing any more")
        close.add_argument("id")
        for verb in (add, close, verbs.add_parser("list", help="services that are open")):
            verb.add_argument("--city", default="helsinki")
            verb.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, city: str, **options: Any) -> None:
        getattr(self, f"_{verb}")(cities.load(city), **options)

    def _add(self, city: cities.City, *, name: str, homepage: str, as_json: bool, **given: Any) -> None:
        new = sharing.NewService(name, homepage, given["redirect"], given["purpose"], not given["public"])
        row, secret = sharing.register_service(city, new, actor="command line", at=cities.now(city.id))
        told = {"id": row.pk, "secret": secret}
        self.stdout.write(json.dumps(told) if as_json else f"id {row.pk}\nsecret {secret or 'none: a public client'}")

    def _close(self, city: cities.City, *, id: str, **_: Any) -> None:
        row = sharing.close_service(id, actor="command line", at=cities.now(city.id))
        self.stdout.write(f"{row.name} fetches nothing any more.")

    def _list(self, city: cities.City, *, as_json: bool, **_: Any) -> None:
        rows = [
            {"id": row.pk, "name": row.name, "purposes": row.purposes, "homepage": row.homepage}
            for row in sharing.services_of_others(city)
        ]
        lines = (f"{row['id']}  {row['name']}  {', '.join(row['purposes'])}" for row in rows)
        self.stdout.write(json.dumps(rows) if as_json else "\n".join(lines) or "No service is registered.")
