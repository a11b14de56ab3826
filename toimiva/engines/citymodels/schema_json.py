"""CityJSON held against its JSON Schemas (draft 7, by jsonschema-rs): a document, or each feature of a sequence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from toimiva.engines.citymodels.cityjson import documents
from toimiva.engines.citymodels.files import Source
from toimiva.engines.citymodels.objects import Finding, Unreadable

__all__ = ["JsonSchemas"]

_ID = re.compile(r"/schemas/(\d+\.\d+)[\d.]*/(cityjson|cityjsonfeature)\.")
_KINDS = {"CityJSON": "cityjson", "CityJSONFeature": "cityjsonfeature"}
_CODE = 1010


class JsonSchemas:
    """The schemas of CityJSON below a folder that stand in one file each (`*.min.schema.json`); false for none."""

    def __init__(self, folder: Path) -> None:
        self._files = {key: file for file in sorted(folder.rglob("*.min.schema.json")) for key in _keys(file)}

    def __bool__(self) -> bool:
        return bool(self._files)

    def faults(self, source: Source) -> Iterator[tuple[str, Finding]]:
        """Where a file is not as its version's schemas say: the object's id, and what is wrong. Raises Unreadable."""
        validators: dict[tuple[str, str], Any] = {}
        with source.opened() as stream:
            for document in documents(stream, source.name, in_lines=source.kind == "cityjsonseq"):
                key = str(document.header.get("version")), _KINDS.get(str(document.part.get("type")), "cityjson")
                if key not in validators:
                    validators[key] = self._validator(*key, source.name)
                for error in validators[key].iter_errors(document.part):
                    yield from _told(error, document.line)

    def _validator(self, version: str, kind: str, name: str) -> Any:
        import jsonschema_rs

        file = self._files.get((version, kind))
        if file is None:
            why = f"It is CityJSON {version}."
            mend = f"Put {kind}.min.schema.json of that version there."
            raise Unreadable(f"The folder has no schema for {name}.", why=why, mend=mend)
        return jsonschema_rs.validator_for(orjson.loads(file.read_bytes()), mask="What is there")


def _keys(file: Path) -> Iterator[tuple[str, str]]:
    """The version and the kind that a schema is of."""
    try:
        schema = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        return
    found = _ID.search(str(schema.get("$id"))) if isinstance(schema, Mapping) else None
    if found:
        yield found[1], found[2]


def _told(error: Any, line: int) -> Iterator[tuple[str, Finding]]:
    """An error, or those within it: of alternatives the one of the object's own type is what was meant."""
    path, meant = list(error.instance_path), _meant(error)
    if meant is not None:
        for one in meant:
            yield from _told(one, line)
        return
    key = str(path[1]) if len(path) > 1 and path[0] == "CityObjects" else ""
    where = "/".join(map(str, path))
    alternatives = getattr(error.kind, "context", None)
    words = "Its `type` is none that the schema has." if alternatives else f"{error.message}."
    yield key, Finding(_CODE, where, f"{where}: {words}", line)


def _meant(error: Any) -> list[Any] | None:
    """The errors of the alternative that is of the type that is there; None where it is no matter of alternatives."""
    alternatives = getattr(error.kind, "context", None) or []
    path = list(error.instance_path)
    alike = [some for some in alternatives if not any(list(one.instance_path) == [*path, "type"] for one in some)]
    return next((some for some in alike if some), None)
