"""The command `toimiva`: Django's commands with our contract of exit codes, and a home that is ready when needed.

0 done, 1 checked and not so, 2 wrong use, 3 could not be carried out. Errors go to stderr: what, why, how to mend.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib.metadata import version

__all__ = ["main"]

COMMANDS = {
    "city": "create a synthetic city, move it on, receive registers",
    "round": "run a service's round, follow it, measure it",
    "decision": "explain and replay decisions",
    "ledger": "verify the ledger, give and check receipts",
    "service": "check, list, make and sign off services",
    "dmn": "evaluate and check DMN models",
    "gate": "what the gate to personal data costs",
    "sensors": "sensors and their observations from files",
    "device": "devices: adding them, whether they are well, files that a gateway drops",
    "watch": "what is watched over sensors: check it, judge past and present",
    "bikes": "city bikes from an operator, or simulated",
    "buses": "positions of buses from an operator, or simulated",
    "datasets": "open data: list, harvest from others, write as files",
    "twin": "the digital twin: bring models in, check, tile, sun, ask",
    "session": "open sessions, and ending them",
    "sharing": "services of others that residents let fetch their data",
    "retention": "what is kept of a person, erase it, let time erase",
    "backup": "back up, encrypted; restore and prove it",
    "access-matrix": "every address by role, as declared and as tried",
    "database": "the database's own wall around personal data",
    "check": "is this installation fit for production?",
    "serve": "web, workers and gateways in one process group",
    "work": "the worker alone: live rounds, what is watched",
}
_WITHOUT_DATABASE = {"dmn", "access-matrix", "check"}
_CHECKED = {"check", "serve"}  # the others would take a second longer to begin


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is returned and, as a script, given to the shell."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
    arguments = [sys.argv[0], *(sys.argv[1:] if argv is None else argv)]
    if arguments[1:] == ["--version"]:
        print(f"toimiva {version('toimiva')}")
        return 0
    if len(arguments) == 1 or arguments[1] in ("-h", "--help", "help"):
        print(_overview())
        return 0
    return _run(arguments)


def _overview() -> str:
    lines = [f"  {name:<13} {summary}" for name, summary in COMMANDS.items()]
    return "\n".join(["toimiva COMMAND [--help]", "", *lines])


def _run(arguments: list[str]) -> int:
    from django.core.management import CommandError, ManagementUtility, get_commands

    _load()
    if arguments[1] not in get_commands():
        print(f"toimiva: Unknown command {arguments[1]!r}.\n\n{_overview()}", file=sys.stderr)
        return 2
    from toimiva.core.errors import ToimivaError

    try:
        if arguments[1] in COMMANDS.keys() - _WITHOUT_DATABASE:
            _prepare_database()
        command = ManagementUtility(arguments).fetch_command(arguments[1])
        if arguments[1] in COMMANDS.keys() - _CHECKED:
            command.requires_system_checks = []
        command.run_from_argv(arguments)
    except ToimivaError as error:
        print(f"toimiva: {error.what}", *filter(None, (error.why, error.mend)), sep="\n  ", file=sys.stderr)
        return error.exit_code
    except CommandError as error:
        print(f"toimiva: {error}", file=sys.stderr)
        return error.returncode
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0


def _load() -> None:
    """Load everything, once. Little of it ever goes again: the collector need not look for that while it comes."""
    import django
    from django.apps import apps

    if not apps.ready:
        gc.disable()
        django.setup()
        gc.freeze()
        gc.enable()


def _prepare_database() -> None:
    """Bring the tables up to date: a fresh home works at once, an old one is moved on."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
