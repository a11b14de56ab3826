"""The deployment decision of a service: generated from its folder, signed by a named official, and then published.

Source: Act on Information Management in Public Administration (906/2019), sections 28 a to 28 e; Administrative
Procedure Act (434/2003), sections 53 e to 53 g.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from toimiva.capabilities.decisions.models import Deployment
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.city.api import text_in
from toimiva.core.errors import Conflict
from toimiva.core.ledger import api as ledger

__all__ = ["deployment_document", "is_deployed", "sign"]


def is_deployed(service: Service) -> bool:
    """Whether exactly these rules have been signed off; a changed byte needs a new signature."""
    return Deployment.objects.filter(city=service.city.id, service=service.id, digest=service.digest).exists()


def sign(service: Service, *, official: str, role: str, at: datetime) -> Deployment:
    """Sign the rules off. Raises Conflict when examples fail; signing the same rules again changes nothing."""
    failing = [result.name for result in services.run_examples(service) if not result.holds]
    if failing:
        raise Conflict(
            what=f"{service.id} cannot be signed off: {len(failing)} of its examples do not hold.",
            why="; ".join(failing[:5]),
            mend=f"Run `toimiva service check {service.folder}` and mend them.",
        )
    document = deployment_document(service, official=official, role=role, at=at)
    with transaction.atomic():
        row, new = Deployment.objects.get_or_create(
            city=service.city.id, service=service.id, digest=service.digest,
            defaults={"official": official, "role": role, "signed": at, "document": document},
        )  # fmt: skip
        if new:
            services.archive(service)
            body = {"rules": service.digest, "role": role, "document": hashlib.sha256(document.encode()).hexdigest()}
            ledger.append(ledger.NewEntry(service.city.id, "deployment.signed", official, at, service.id, body=body))
    return row


def deployment_document(service: Service, *, official: str, role: str, at: datetime) -> str:
    """The document as Markdown, from what the folder says."""
    return "\n".join(_lines(service, official, role, at)) + "\n"


def _lines(service: Service, official: str, role: str, at: datetime) -> Iterator[str]:
    yield from _what(service, official, role, at)
    yield from _who(service)
    yield from _rules(service)
    yield from _staff(service)
    yield from _quality(service)


def _what(service: Service, official: str, role: str, at: datetime) -> Iterator[str]:
    definition = service.definition
    yield f"# Deployment decision: {text_in(definition.names, 'en')}, {text_in(service.city.names, 'en')}"
    yield ""
    yield f"Signed by {official}, {role}, on {at:%Y-%m-%d}. Rules with SHA-256 {service.digest}."
    yield ""
    yield "## What is decided automatically (28 d)"
    yield ""
    yield f"{text_in(definition.summary, 'en')} A decision is made at once when a guardian accepts" + (
        "." if definition.gives == "offer" else ", or without asking where the service grants."
    )
    yield f"Legal basis: {text_in(definition.legal_basis, 'en')}."
    yield "Administrative Procedure Act, sections 53 e and 53 f: rectification is free of charge."
    yield ""


def _who(service: Service) -> Iterator[str]:
    definition = service.definition
    yield "## Who answers (28 a)"
    yield ""
    owner, responsible = (text_in(one, "en") for one in (definition.owner, definition.responsible))
    yield f"Owner: {owner}. Responsible for the rules: {responsible}."
    yield f"Data is used for `{definition.purpose}`; messages are written for `{definition.message_purpose}`."
    yield ""


def _rules(service: Service) -> Iterator[str]:
    yield "## Processing rules (28 a)"
    yield ""
    for decision in service.model.in_order():
        yield f"- **{decision.name}**: {decision.question}"
    yield ""
    yield "| parameter | from | value | source |"
    yield "| --- | --- | --- | --- |"
    for name, parameter in service.parameters.items():
        for since, value in parameter.values.items():
            mark = " (unconfirmed)" if value.status == "unconfirmed" else ""
            yield f"| {name} | {since} | {_shown(value.value)} | {value.source}{mark} |"
    yield ""


def _staff(service: Service) -> Iterator[str]:
    yield "## What staff decide"
    yield ""
    for reason, words in service.texts["en"]["because"].items():
        yield f"- `{reason}`: {words}"
    yield ""


def _quality(service: Service) -> Iterator[str]:
    yield "## Quality assurance (28 b) and monitoring (28 c)"
    yield ""
    yield f"{len(service.examples)} examples, all of which hold, interpreted and compiled:"
    yield ""
    for result in services.run_examples(service):
        yield f"- {result.name}"
    yield ""
    yield "Each round is measured. Each decision can be explained, and replayed to the same bytes."


def _shown(value: object) -> str:
    return str(value["en"]) if isinstance(value, dict) else str(value)
