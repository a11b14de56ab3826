"""JSON Patch (RFC 6902) of an entity, as the body of an ordinary change (OGC 18-088, section 10.4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonpatch

from toimiva.capabilities.sensors.schema import Entity
from toimiva.core.errors import Invalid

__all__ = ["MEDIA_TYPE", "patched"]

MEDIA_TYPE = "application/json-patch+json"
_MOST = 1000


def patched(entity: Entity, told: Mapping[str, Any], operations: object) -> dict[str, Any]:
    """What a patch changes of an entity that is `told` as JSON: values by property, null for one that is removed.

    Raises Invalid for what is no patch, for a place that is not there, and for a test that fails: then nothing is done.
    """
    if not isinstance(operations, list) or len(operations) > _MOST:
        raise Invalid(what=f"A JSON Patch is a list of at most {_MOST} operations.", mend="See RFC 6902.")
    before = {name: told[name] for name, rule in entity.properties.items() if name in told and not rule.computed}
    try:
        after = jsonpatch.JsonPatch(operations).apply(before)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError, ValueError, KeyError) as error:
        mend = "Read the entity again, and see RFC 6902."
        raise Invalid(what="The patch cannot be applied.", why=str(error)[:200], mend=mend) from error
    if not isinstance(after, dict):
        raise Invalid(what="The patch makes no entity.", mend="Change its properties, not the whole of it.")
    return {name: after.get(name) for name in {**before, **after} if after.get(name) != before.get(name)}
