"""A working folder to start from: a copy of an existing service, under a new name."""

from __future__ import annotations

import shutil
from pathlib import Path

from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, NotFound

__all__ = ["new_service"]


def new_service(city: City, name: str, *, like: str) -> Path:
    """Copy the service `like` to `<city>/services/<name>`. Raises Conflict when there is one already."""
    source, target = city.find(f"services/{like}"), city.folder / "services" / name
    if source is None:
        raise NotFound(what=f"{city.id} has no service {like!r} to start from.", mend="See `toimiva service list`.")
    if target.exists():
        raise Conflict(what=f"{target} is there already.", mend="Choose another name, or delete it first.")
    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        raise Conflict(what=f"{name!r} cannot be a service's name.", mend="Use small letters, digits and hyphens.")
    shutil.copytree(source, target)
    return target
