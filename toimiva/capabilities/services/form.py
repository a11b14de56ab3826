"""What `form.yaml` says: the ordinary application to a service, for those who must or want to apply."""

from __future__ import annotations

from collections import Counter
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from toimiva.core.city.api import Names, Strict, Texts, faults_of, read_yaml
from toimiva.core.errors import Invalid

__all__ = ["Application", "Asked", "read_form"]


class Asked(Strict):
    """A field of the form. `person` is whom the application is for: `of` anyone, the applicant or a child in their
    custody. `units` are units of the service, the most wanted first, `most` at most. A `choice` is one of `choices`,
    each with its words."""

    name: str = Field(pattern=r"^[a-z][a-z_]{0,39}$")
    type: Literal["person", "choice", "units", "text", "date", "number", "yes_no"]
    label: Texts
    help: Texts | None = None
    required: bool = False
    choices: dict[str, Names] = Field(default_factory=dict)
    most: int = Field(default=1, ge=1, le=10)
    of: Literal["anyone", "children", "self"] = "anyone"

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("a field of the type choice, and no other, has choices: {name: {fi: .., sv: .., en: ..}}")
        return self


class Application(Strict):
    """The form: what it is called, what is said before it, and what it asks for."""

    title: Texts
    about: Texts | None = None
    fields: tuple[Asked, ...]

    @model_validator(mode="after")
    def _asks_for_whom_once(self) -> Self:
        counts = Counter(field.name for field in self.fields)
        if [field.type for field in self.fields].count("person") != 1:
            raise ValueError("one field has the type person: whom the application is for")
        if max(counts.values()) > 1:
            raise ValueError(f"each field has a name of its own: {counts.most_common(1)[0][0]!r} is there twice")
        return self

    @property
    def whom(self) -> Asked:
        """The field that says whom it is for."""
        return next(field for field in self.fields if field.type == "person")


def read_form(file: str, text: str) -> Application:
    """The form of a file. Raises Invalid with every fault."""
    try:
        return Application.model_validate(read_yaml(file, text, dict))
    except ValidationError as error:
        raise Invalid(what="The form cannot be used.", faults=faults_of(error, file, text)) from error
