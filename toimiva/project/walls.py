"""The database's own wall behind the gate, on PostgreSQL: who reads figures has no right to the tables with people.

Row-level security is switched on, without any policy, for every table that holds personal data: only its owner, the
application, sees rows there, even where somebody grants more by mistake. A role for figures may read the others.
"""

from __future__ import annotations

import re
from importlib import import_module

from django.apps import apps
from django.db import connection, transaction

from toimiva.core.errors import Conflict

__all__ = ["Wall", "build", "is_built"]

Wall = dict[str, list[str]]  # tables, `open` and `closed`
_OPEN = "No personal data"  # what a part's models say of themselves where it is so
_FRAMEWORK_OPEN = ("django_migrations", "django_content_type")


def _tables() -> Wall:
    """Every table by whether it holds personal data; what says nothing of itself is closed."""
    found: Wall = {"open": list(_FRAMEWORK_OPEN), "closed": []}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table not in _FRAMEWORK_OPEN:
            said = import_module(model.__module__).__doc__ or ""
            found["open" if _OPEN in said else "closed"].append(model._meta.db_table)
    return {name: sorted(set(tables)) for name, tables in found.items()}


def build(role: str) -> Wall:
    """Close the tables with people to all but their owner, and let a role read the others. Done again, it is the same.

    Raises Conflict for a database without roles, and for a name that is none.
    """
    if connection.vendor != "postgresql":
        raise Conflict(what="SQLite has no roles.", mend="Set TOIMIVA_DATABASE_URL to PostgreSQL.")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise Conflict(what=f"{role!r} is no name for a role.", mend="Use small letters, digits and _.")
    wall, name = _tables(), connection.ops.quote_name(role)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {name} NOLOGIN")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        for table in wall["closed"]:
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} ENABLE ROW LEVEL SECURITY")
        for table in wall["open"]:
            cursor.execute(f"GRANT SELECT ON {connection.ops.quote_name(table)} TO {name}")
    return wall


def is_built() -> bool:
    """Whether every table with people is closed to all but its owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity")
        closed = {name for (name,) in cursor.fetchall()}
    return set(_tables()["closed"]) <= closed
