"""What a city tells of its air: `air.toml`, parsed once and trusted after."""

from __future__ import annotations

from bisect import bisect_right

from pydantic import Field, model_validator

from toimiva.core.city.api import City, Strict, Texts, read_model
from toimiva.core.errors import NotFound

__all__ = ["Air", "Measure", "Sensitivity", "air_of"]


class Measure(Strict):
    """What is observed (`property`, its definition), and the value at which each class but the first begins.

    `lowest` is what it cannot be below, as a concentration cannot be below nothing.
    """

    property: str
    title: Texts
    unit: str
    limits: tuple[float, ...]
    lowest: float | None = None
    source: Texts

    def class_of(self, value: float) -> int:
        """The class of a value; 0 is the best."""
        return bisect_right(self.limits, value)


class Sensitivity(Strict):
    """Who is sensitive to some measures, from which class on something is advised, and what."""

    title: Texts
    measures: tuple[str, ...]
    from_class: int = Field(ge=1)
    advice: Texts


class Air(Strict):
    """What an air.toml says: measures, the names of classes, sensitivities, and how one walks."""

    metres_a_minute: float = Field(gt=0)
    detour: float = Field(ge=1, le=3)
    classes: tuple[Texts, ...]
    measures: dict[str, Measure]
    sensitivities: dict[str, Sensitivity]

    @model_validator(mode="after")
    def _whole(self) -> Air:
        for name, measure in self.measures.items():
            if list(measure.limits) != sorted(measure.limits) or len(measure.limits) != len(self.classes) - 1:
                raise ValueError(f"{name} needs {len(self.classes) - 1} limits that grow, as there are classes")
        for name, one in self.sensitivities.items():
            unknown = {*one.measures} - self.measures.keys()
            if unknown or one.from_class >= len(self.classes):
                raise ValueError(f"{name} names {', '.join(sorted(unknown)) or 'a class'} that there is not")
        return self


def air_of(city: City) -> Air:
    """A city's air. Raises NotFound for a city that tells of none, and Invalid with everything that is wrong."""
    path = city.find("air.toml")
    if path is None:
        raise NotFound(what=f"{city.id} tells nothing of its air.", mend="Add air.toml to the city's folder.")
    return read_model(path, Air, f"{path} cannot be used.")
