"""A watch's folder: `watch.toml`, read and checked whole."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, model_validator

from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.watches.judging import FIELDS
from toimiva.core.city import api as cities
from toimiva.core.city.api import City, Strict, Texts
from toimiva.core.errors import Invalid, NotFound
from toimiva.engines.feel import api as feel

__all__ = ["Input", "Watch", "check", "watch", "watches_of"]

_LOG = logging.getLogger("toimiva.watches")


class Input(Strict):
    """An observed property by its definition; with `within_m`, of other things so many metres around."""

    property: str
    title: Texts
    unit: str = ""
    within_m: float | None = Field(default=None, gt=0, le=20_000)


class Watch(Strict):
    """What a watch.toml says.

    `things` is a SensorThings filter of Things; `group` names a property of theirs. `when` and `until` are FEEL over
    the inputs of the last `minutes`, each with `judging.FIELDS`. Without `until` an alarm passes as `when` is false.
    With `reaches_m`, the sub-areas so many metres around an alarm are in the register `alarms.areas` while it holds.
    """

    id: str
    owner: Texts
    things: str
    group: str = ""
    minutes: int = Field(ge=1, le=7 * 24 * 60)
    when: str
    until: str = ""
    reaches_m: float | None = Field(default=None, ge=0, le=100_000)
    lesson: bool = False
    inputs: dict[str, Input] = Field(min_length=1)
    name: Texts
    because: Texts
    fine: Texts
    advice: Texts
    next: Texts

    @model_validator(mode="after")
    def _readable(self) -> Watch:
        sensors.check_filter("Thing", self.things)
        for text in filter(None, (self.when, self.until)):
            _check_condition(text, self.inputs)
        return self


def _check_condition(text: str, inputs: Mapping[str, Input]) -> None:
    """Raises ValueError for a condition that cannot be read, or asks for what there is not."""
    try:
        tree = feel.parse(text, names={*inputs, "thing"})
    except feel.FeelSyntaxError as error:
        raise ValueError(f"{text!r} is no FEEL: {error}") from error
    unknown = feel.names_in(tree) - {*inputs, "thing", *feel.BUILTINS}
    asked = feel.members_in(tree)
    unknown |= {f"{name}.{member}" for name, member in asked if name in inputs and member not in FIELDS}
    if unknown:
        raise ValueError(
            f"{text!r} asks for {', '.join(sorted(unknown))}; there are {', '.join(inputs)} with {', '.join(FIELDS)}"
        )


def watches_of(city: City) -> dict[str, Watch]:
    """A city's watches by id. One that cannot be read is logged and left out: the others go on."""
    found = {}
    for path in _folders(city):
        try:
            found[path.name] = _read(path)
        except Invalid as error:
            _LOG.error("The watch %s is not looked at: %s See `toimiva watch check`.", path.name, error)
    return found


def _folders(city: City) -> list[Path]:
    return [path for path in city.all("watches/*") if (path / "watch.toml").exists()]


def watch(city: City, name: str) -> Watch:
    """A watch by its id. Raises NotFound."""
    found = next((path for path in _folders(city) if path.name == name), None)
    if found is None:
        known = ", ".join(path.name for path in _folders(city)) or "none"
        raise NotFound(what=f"There is no watch {name[:40]!r}.", mend=f"Use one of: {known}.")
    return _read(found)


def check(folder: Path) -> Watch:
    """A watch in any folder. Raises Invalid with everything that is wrong."""
    if not (folder / "watch.toml").exists():
        raise NotFound(what=f"There is no watch.toml in {folder}.", mend="Give the folder of a watch.")
    return _read(folder)


def _read(folder: Path) -> Watch:
    what = f"The watch {folder.name} cannot be used."
    return cities.read_model(folder / "watch.toml", Watch, what, id=folder.name)
