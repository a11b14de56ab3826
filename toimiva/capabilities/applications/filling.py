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

__all__ = ["Filling", "told"]

Pairs = Sequence[tuple[str, str]]
_LONGEST = 4000  # characters


class Filling(forms.Form):
    """The fields of a form. `people` are those whom the applicant may apply for: pseudonyms with names."""

    def __init__(self, given: Any, service: services.Service, people: Pairs, language: str) -> None:
        super().__init__(given)
        assert service.form is not None  # noqa: S101 - who asks has looked
        self.form, self.language = service.form, language
        self.units = _units(service, language) if any(one.type == "units" for one in self.form.fields) else []
        for asked in self.form.fields:
            self.fields.update(_fields(asked, people, self.units, language))

    def answers(self) -> dict[str, Any]:
        """What was filled in, by the names of the form's fields; nothing for what was left empty."""
        found = {asked.name: self._answer(asked) for asked in self.form.fields if asked.type != "person"}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def whom(self) -> str:
        """The pseudonym of whom it is for."""
        return str(self.cleaned_data[self.form.whom.name])

    def _answer(self, asked: services.Asked) -> Any:
        if asked.type == "units":
            wished = (self.cleaned_data.get(name) for name in _wishes(asked))
            return list(dict.fromkeys(filter(None, wished)))
        value = self.cleaned_data.get(asked.name)
        return value.isoformat() if isinstance(value, dt.date) else value


def _units(service: services.Service, language: str) -> list[tuple[str, str]]:
    """The service's units by name."""
    named = offers.newest_units(service.city.id, service.definition.allocation.units)
    return sorted(((unit, text_in(dict(names), language)) for unit, names in named.items()), key=lambda pair: pair[1])


def _wishes(asked: services.Asked) -> list[str]:
    return [asked.name if asked.most == 1 else f"{asked.name}_{number}" for number in range(1, asked.most + 1)]


def _fields(asked: services.Asked, people: Pairs, units: Pairs, language: str) -> Iterator[tuple[str, forms.Field]]:
    words = text_in(asked.label, language)
    told = {"label": words if asked.required else _("%(field)s (if you like)") % {"field": words}}
    told["help_text"] = text_in(asked.help, language) if asked.help else ""
    if asked.type == "units":
        for number, name in enumerate(_wishes(asked), 1):
            label = told["label"] if asked.most == 1 else f"{number}. {told['label']}"
            choices = [("", "–"), *units]
            yield name, forms.ChoiceField(choices=choices, required=asked.required and number == 1, label=label)
        return
    yield asked.name, _field(asked, people, language)(required=asked.required, **told)


def _field(asked: services.Asked, people: Pairs, language: str) -> Any:
    if asked.type in ("person", "choice"):
        choices = people if asked.type == "person" else [(n, text_in(w, language)) for n, w in asked.choices.items()]
        return lambda **told: forms.ChoiceField(choices=list(choices), widget=forms.RadioSelect, **told)
    if asked.type == "date":
        picked = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return lambda **told: forms.DateField(widget=picked, **told)
    if asked.type == "number":
        return lambda **told: forms.FloatField(**told)
    if asked.type == "yes_no":
        return lambda **told: forms.ChoiceField(
            choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **told
        )
    return lambda **told: forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=_LONGEST, **told)


def told(service: services.Service, answers: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
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
