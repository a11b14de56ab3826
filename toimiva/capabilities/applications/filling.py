"""A service's form as fields to fill in, for a page and for a program alike; and answers as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.services import api as services
from toimiva.core.city.api import text_in
from toimiva.core.errors import Fault, Invalid

__all__ = ["Filling", "filled_in", "in_words"]

Pairs = Sequence[tuple[str, str]]
_LONGEST = 4000  # characters


class Filling(forms.Form):
    """The fields of a service's application. `people` are those whom one may apply for: pseudonyms with names."""

    def __init__(self, given: Any, service: services.Service, people: Pairs, language: str) -> None:
        super().__init__(given)
        self.application = services.form_of(service)
        units = _units(service, language) if any(one.type == "units" for one in self.application.fields) else []
        for asked in self.application.fields:
            self.fields.update(_fields(asked, people, units, language))

    def answers(self) -> dict[str, Any]:
        """What was filled in, by the names of the form's fields; nothing for what was left empty."""
        found = {asked.name: self._answer(asked) for asked in self.application.fields if asked.type != "person"}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def whom(self) -> str:
        """The pseudonym of whom it is for."""
        return str(self.cleaned_data[self.application.whom.name])

    def _answer(self, asked: services.Asked) -> Any:
        if asked.type == "units":
            wished = (self.cleaned_data.get(name) for name in _wishes(asked))
            return list(dict.fromkeys(filter(None, wished)))
        value = self.cleaned_data.get(asked.name)
        return value.isoformat() if isinstance(value, dt.date) else value


def filled_in(service: services.Service, person: str, answers: Mapping[str, Any]) -> dict[str, str]:
    """What a program answers, as the fields of the page would have it. Raises Invalid for what the form does not ask,
    and for more units than it takes: nothing that was sent is left out in silence."""
    form = services.form_of(service)
    asked = {one.name: one for one in form.fields if one.type != "person"}
    faults = [Fault(name, 0, "The form does not ask for this.", f"It asks for {', '.join(asked)}.")
              for name in answers if name not in asked]  # fmt: skip
    given = {form.whom.name: person}
    for one in asked.values():
        values = answers.get(one.name, [])
        listed = values if isinstance(values, list) else [values]
        names = _wishes(one) if one.type == "units" else [one.name]
        if len(listed) > len(names):
            faults.append(Fault(one.name, 0, f"{len(listed)} are too many.", f"Give {len(names)} at most."))
        given |= {name: str(value) for name, value in zip(names, listed, strict=False)}
    if faults:
        raise Invalid(
            what="The application is not as the form asks.", mend="See the form of the service.", faults=faults
        )
    return given


def _units(service: services.Service, language: str) -> list[tuple[str, str]]:
    """The service's units by name."""
    named = offers.newest_units(service.city.id, service.definition.allocation.units)
    return sorted(((unit, text_in(dict(names), language)) for unit, names in named.items()), key=lambda pair: pair[1])


def _wishes(asked: services.Asked) -> list[str]:
    return [asked.name if asked.most == 1 else f"{asked.name}_{number}" for number in range(1, asked.most + 1)]


def _fields(asked: services.Asked, people: Pairs, units: Pairs, language: str) -> Iterator[tuple[str, forms.Field]]:
    words = text_in(asked.label, language)
    label = words if asked.required else _("%(field)s (if you like)") % {"field": words}
    if asked.type != "units":
        help_text = text_in(asked.help, language) if asked.help else ""
        yield asked.name, _field(asked, people, language, required=asked.required, label=label, help_text=help_text)
        return
    for number, name in enumerate(_wishes(asked), 1):
        yield name, forms.ChoiceField(
            choices=[("", "–"), *units], required=asked.required and number == 1,
            label=label if asked.most == 1 else f"{number}. {label}",
        )  # fmt: skip


def _field(asked: services.Asked, people: Pairs, language: str, **how: Any) -> forms.Field:
    match asked.type:
        case "person":
            return forms.ChoiceField(choices=list(people), widget=forms.RadioSelect, **how)
        case "choice":
            choices = [(name, text_in(words, language)) for name, words in asked.choices.items()]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **how)
        case "yes_no":
            return forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **how)
        case "date":
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **how)
        case "number":
            return forms.FloatField(**how)
        case _:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=_LONGEST, **how)


def in_words(service: services.Service, answers: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Labels and answers in words, in the order of the form; what the form asks no more is told by its name."""
    asked = {one.name: one for one in service.form.fields} if service.form else {}
    units = dict(_units(service, language)) if any(isinstance(one, list) for one in answers.values()) else {}
    order = [name for name in asked if name in answers] + [name for name in answers if name not in asked]
    labels = {name: text_in(one.label, language) for name, one in asked.items()}
    return [(labels.get(name, name), _words(asked.get(name), answers[name], units, language)) for name in order]


def _words(asked: services.Asked | None, value: Any, units: Mapping[str, str], language: str) -> str:
    if isinstance(value, list):
        return ", ".join(f"{number}. {units.get(unit, unit)}" for number, unit in enumerate(value, 1))
    if asked is not None and asked.type == "choice" and value in asked.choices:
        return text_in(asked.choices[value], language)
    if asked is not None and asked.type == "yes_no":
        return _("Yes") if value == "yes" else _("No")
    if asked is not None and asked.type == "date":
        return date_format(dt.date.fromisoformat(value), "j.n.Y")
    return str(value)
