"""What makes an installation unfit for production, each with its remedy: for `toimiva check`."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.project.walls import is_built

__all__ = ["weaknesses"]

_SHORTEST_SECRET = 32
_FREE_GB = 5
_LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def weaknesses() -> Iterator[str]:
    """Every weakness of this installation."""
    for found in (_site, _secrets, _sign_in, _ledger, _storage, _gateways):
        yield from found()


def _site() -> Iterator[str]:
    if not settings.PRODUCTION:
        yield "TOIMIVA_PRODUCTION is not 1: cookies and redirects are not secured. Set it."
    if not settings.SITE_URL.startswith("https://"):
        yield "Links in messages do not lead to HTTPS: set TOIMIVA_SITE_URL to the site's https:// address."
    if {*settings.ALLOWED_HOSTS} & {*_LOCAL, "*"}:
        yield "The site answers to names that are not its own: set TOIMIVA_HOSTS to its names only."
    if settings.PRODUCTION and not settings.PROXIES:
        yield "Limits count by the nearest address: set TOIMIVA_PROXIES to how many proxies there are."
    if settings.OPEN_STAFF_PAGES:
        yield "The staff pages are open to anyone: unset TOIMIVA_OPEN_STAFF_PAGES."
    if not settings.STAFF_GROUPS:
        yield "No group of officials has a role: set TOIMIVA_STAFF_GROUPS."


def _secrets() -> Iterator[str]:
    if settings.PRODUCTION and len(settings.SECRET_KEY) < 50:
        yield "TOIMIVA_SECRET_KEY is missing or short: make one of 50 random characters."
    if settings.LINK_KEY == settings.SECRET_KEY:
        yield "Another TOIMIVA_SECRET_KEY would end the links that were sent: set TOIMIVA_LINK_KEY apart."
    real = any(not cities.load(name).synthetic for name in cities.cities())
    if not settings.PSEUDONYM_KEY and real:
        yield "TOIMIVA_PSEUDONYM_KEY is missing, and a city here is real: set it before its registers land."
    if not any(settings.IDENTITY_KEYS) and real:
        yield "TOIMIVA_IDENTITY_KEYS is missing, and a city here is real: set it before its registers land."
    shared = {
        "TOIMIVA_REGISTER_TOKEN": settings.REGISTER_TOKEN,
        "TOIMIVA_HTTP_GATEWAY_SECRET": settings.HTTP_GATEWAY_SECRET,
    }
    for name, secret in shared.items():
        if secret and len(secret) < _SHORTEST_SECRET:
            yield f"{name} can be guessed: make one of at least {_SHORTEST_SECRET} random characters."


def _sign_in() -> Iterator[str]:
    for kind, issuer in settings.ISSUERS.items():
        if not issuer["issuer"]:
            yield f"No {kind} can sign in: set TOIMIVA_{kind.upper()}_ISSUER, _CLIENT and _SECRET."
        elif not issuer["issuer"].startswith("https://"):
            yield f"The issuer of a {kind} is not reached over HTTPS: set TOIMIVA_{kind.upper()}_ISSUER."
    if not settings.ISSUERS["official"]["claim"]:
        yield "An official may handle their own family's case: set TOIMIVA_OFFICIAL_CLAIM."


def _ledger() -> Iterator[str]:
    if not any(settings.LEDGER_KEYS):
        yield "The ledger's roots are not signed: make a key by `toimiva ledger key`, set TOIMIVA_LEDGER_KEYS."
    elif not any(settings.LEDGER_WITNESSES):
        yield "Nobody but the city signs the ledger's roots: ask another party, set TOIMIVA_LEDGER_WITNESSES."


def _storage() -> Iterator[str]:
    home = Path(settings.HOME)
    if stat.S_IMODE(home.stat().st_mode) & 0o077:
        yield "Others on this machine can look into the home: run chmod 700 on it."
    if shutil.disk_usage(home).free < _FREE_GB * 1_000_000_000:
        yield f"Less than {_FREE_GB} GB is free for the home: make room, or move TOIMIVA_HOME."
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield "It runs as root: run it as a user of its own."
    if not settings.BACKUP_RECIPIENT:
        yield "No backups can be made: set TOIMIVA_BACKUP_RECIPIENT, see `toimiva backup key`."
    if connection.vendor == "sqlite":
        yield "The database is SQLite: fine for one machine; for several set TOIMIVA_DATABASE_URL to PostgreSQL."
    elif not _encrypted():
        yield "The way to PostgreSQL is not encrypted: add ?sslmode=verify-full to TOIMIVA_DATABASE_URL."
    if connection.vendor == "postgresql" and not is_built():
        yield "Tables with people are closed by rights only: run `toimiva database wall`."


def _encrypted() -> bool:
    """Whether the database is reached over TLS or a socket of this machine."""
    host = str(connection.settings_dict["HOST"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        row = cursor.fetchone()
    return host.startswith("/") or not host or bool(row and row[0])


def _gateways() -> Iterator[str]:
    for channel, name in settings.GATEWAYS.items():
        for problem in channels.gateways[name].check():
            yield f"{channel}: {problem}"
