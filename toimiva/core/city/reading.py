"""Files of a city, read so that a fault tells its line: TOML as models, YAML, and text in UTF-8."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from toimiva.core.errors import Fault, Invalid

__all__ = ["Strict", "faults_of", "line_in_yaml", "line_of", "read_model", "read_text", "read_toml", "read_yaml"]

Kind = TypeVar("Kind", list[Any], dict[str, Any])
Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


class Strict(BaseModel):
    """What a file of a city tells, or a part of it: what is not known there is a fault, and nobody changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_text(path: Path) -> str:
    """The text of a file. Raises Invalid with the line of what is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = Fault(str(path), line, f"Not UTF-8: byte {error.object[error.start]:#04x}.", "Save the file as UTF-8.")
        raise Invalid(what=f"{path.name} cannot be read.", faults=[fault]) from error


def read_toml(file: str, text: str, what: str = "Not TOML.") -> dict[str, Any]:
    """What TOML says. Raises Invalid, with `what`, and the line of what is none."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # besides TOMLDecodeError: numbers too long, tables too deep
        place, said = _PLACE.search(str(error)), _PLACE.sub("", str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        fault = Fault(file, line, f"Not TOML: {said}.", "Correct it there.")
        raise Invalid(what=what, faults=[fault]) from error


def read_model(path: Path, kind: type[Model], what: str, **given: Any) -> Model:
    """A TOML file as a model, with what is `given` besides; read again once it has changed. Raises Invalid with every
    fault by its line, and `what` cannot be done then."""
    return cast("Model", _model(path, path.stat().st_mtime_ns, kind, what, tuple(given.items())))


@lru_cache(maxsize=512)
def _model(
    path: Path, _changed: int, kind: type[BaseModel], what: str, given: tuple[tuple[str, Any], ...]
) -> BaseModel:
    file, text = str(path), read_text(path)
    told = read_toml(file, text, what)
    twice = [name for name, _ in given if name in told]
    faults = [Fault(file, line_of(text, (name,)), f"{name}: The path says it.", "Delete it.") for name in twice]
    try:
        found = kind.model_validate(told | dict(given))
    except ValidationError as error:
        faults += faults_of(error, file, text)
    if faults:
        raise Invalid(what=what, faults=faults)
    return found


def faults_of(error: ValidationError, file: str, text: str, within: Location = ()) -> list[Fault]:
    """Pydantic's findings as faults with the line of the key they are about; `within` is where the part lies that was
    looked at."""
    found = [((*within, *item["loc"]), item["msg"]) for item in error.errors()]
    return [Fault(file, _line(file, text, place), f"{_named(place)}{said}.") for place, said in found]


def _named(place: Location) -> str:
    return f"{'.'.join(map(str, place))}: " if place else ""


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
    except (yaml.YAMLError, ValueError) as error:  # a day that no month has is a ValueError
        mark, said = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        fault = Fault(file, mark.line + 1 if mark else 1, f"Not YAML: {said}.", mend)
        raise Invalid(what="Not YAML.", faults=[fault]) from error
    if found is None:
        return kind()
    if not isinstance(found, kind):
        wanted = "a list, each begun with a hyphen" if kind is list else "names with their values"
        raise Invalid(what="Not as it should be.", faults=[Fault(file, 1, f"It should be {wanted}.", mend)])
    return found
