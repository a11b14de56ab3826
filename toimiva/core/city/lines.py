"""Where in a file of a city something is, so that a fault tells its line."""

from __future__ import annotations

from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from toimiva.core.errors import Fault, Invalid

__all__ = ["faults_of", "line_in_yaml", "line_of", "read_yaml"]

Kind = TypeVar("Kind", list[Any], dict[str, Any])
Location = tuple[int | str, ...]


def faults_of(error: ValidationError, file: str, text: str, within: Location = ()) -> list[Fault]:
    """Pydantic's findings as faults with the line of the key they are about; `within` is where the part lies that was
    looked at."""
    found = [((*within, *item["loc"]), item["msg"]) for item in error.errors()]
    return [Fault(file, _line(file, text, place), f"{'.'.join(map(str, place))}: {said}.") for place, said in found]


def _line(file: str, text: str, place: Location) -> int:
    return line_in_yaml(text, *place) if file.endswith(".yaml") else line_of(text, place)


def line_of(text: str, location: Location) -> int:
    """The line of a TOML or YAML key, as near as text can tell: the last named part of the location."""
    keys = [part for part in location if isinstance(part, str)]
    for key in reversed(keys):
        for number, line in enumerate(text.splitlines(), 1):
            bare = line.strip().lstrip("[").lstrip("- ").replace('"', "")
            if bare.startswith((f"{key} ", f"{key}=", f"{key}:", f"{key}]", f"{key}.")) or f".{key}]" in bare:
                return number
    return 1


def line_in_yaml(text: str, *path: object) -> int:
    """The line of what lies at a path of keys and places from 0, in YAML; that of the last part of it that is there."""
    node, line = yaml.compose(text, yaml.SafeLoader), 1
    for part in path:
        match node:
            case yaml.MappingNode():
                found = [pair for pair in node.value if getattr(pair[0], "value", None) == str(part)]
            case yaml.SequenceNode() if isinstance(part, int) and part < len(node.value):
                found = [(node.value[part], node.value[part])]
            case _:
                found = []
        if not found:
            break
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return line


def read_yaml(file: str, text: str, kind: type[Kind], mend: str = "Correct it there.") -> Kind:
    """The list or the mapping that a file is; an empty one for an empty file. Raises Invalid with its line."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark, said = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        fault = Fault(file, mark.line + 1 if mark else 1, f"Not YAML: {said}.", mend)
        raise Invalid(what="Not YAML.", faults=[fault]) from error
    if found is None:
        return kind()
    if not isinstance(found, kind):
        wanted = "a list, each begun with a hyphen" if kind is list else "names with their values"
        raise Invalid(what="Not as it should be.", faults=[Fault(file, 1, f"It should be {wanted}.", mend)])
    return found
