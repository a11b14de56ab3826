"""Applying to a service, for oneself or for a child in one's custody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from toimiva.capabilities.applications import api as applications
from toimiva.capabilities.profile.family import children_of
from toimiva.capabilities.services import api as services
from toimiva.core.city.api import City, text_in
from toimiva.core.errors import Fault, Invalid, NotFound

__all__ = ["apply", "filling", "form_told", "service_with_form", "services_with_forms"]


def services_with_forms(city: City) -> Iterator[services.Service]:
    """Those that one may apply to."""
    for name in services.names_of(city):
        service = services.get_service(city, name)
        if service.form is not None:
            yield service


def service_with_form(city: City, name: str) -> services.Service:
    """One of them. Raises NotFound."""
    if name not in services.names_of(city):
        raise NotFound(what=f"There is no service {name!r}.", mend="See the list of applications.")
    service = services.get_service(city, name)
    services.form_of(service)
    return service


def form_told(service: services.Service, language: str) -> dict[str, Any]:
    """A form for a program."""
    form = services.form_of(service)
    fields = [
        {
            "name": one.name, "type": one.type, "label": text_in(one.label, language), "required": one.required,
            "choices": {name: text_in(words, language) for name, words in one.choices.items()}, "most": one.most,
        }
        for one in form.fields
    ]  # fmt: skip
    return {"service": service.id, "title": text_in(form.title, language), "fields": fields}


def filling(service: services.Service, applicant: str, given: Any, language: str) -> applications.Filling:
    """The form's fields, for the applicant and the children whom they may act for."""
    children = [
        (child.person, child.name or _("a child without a name yet")) for child in children_of(service.city, applicant)
    ]
    myself = [(applicant, _("Myself"))]
    people = {"children": children, "self": myself, "anyone": [*children, *myself]}
    return applications.Filling(given, service, people[services.form_of(service).whom.of], language)


def apply(
    service: services.Service, applicant: str, person: str, answers: Mapping[str, Any], *, language: str, at: datetime
) -> applications.Sent:
    """What a program sends, as the page would. Raises Invalid with each field that is not right."""
    form = filling(service, applicant, applications.filled_in(service, person, answers), language)
    if not form.is_valid():
        faults = [Fault(name, 0, " ".join(map(str, errors))) for name, errors in form.errors.items()]
        raise Invalid(
            what="The application is not as the form asks.", mend="See the form of the service.", faults=faults
        )
    return applications.send(service, form.whom(), form.answers(), by=applicant, at=at)
