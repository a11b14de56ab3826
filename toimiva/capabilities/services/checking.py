"""Everything that is wrong with a service folder, at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from toimiva.capabilities.services.examples import ExampleResult, run_examples
from toimiva.capabilities.services.folder import Service, read_folder
from toimiva.capabilities.services.inputs import check_inputs
from toimiva.capabilities.services.parameters import feel_values
from toimiva.core.city.api import City, line_in_yaml, line_of
from toimiva.core.errors import Fault, Invalid, ToimivaError
from toimiva.core.purposes import api as purposes
from toimiva.engines.columnar.api import compile_model

__all__ = ["Report", "check_folder"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: faults that keep the service from running, and notes worth knowing."""

    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    examples: int = 0


def check_folder(city: City, folder: Path, *, on: date) -> Report:
    """Check a folder as of a day."""
    try:
        service = read_folder(city, folder)
    except Invalid as error:
        return Report(error.faults, ())
    faults = [*_references(service), *_on_a_day(service, on)]
    if not faults:
        faults += _examples(service)
    return Report(tuple(faults), tuple(_notes(service, on)), len(service.examples))


def _references(service: Service) -> Iterator[Fault]:
    file = str(service.folder / "service.toml")
    source = (service.folder / "service.toml").read_text(encoding="utf-8")
    for role in ("purpose", "message_purpose"):
        try:
            purposes.purpose(service.city, getattr(service.definition, role))
        except ToimivaError as error:
            yield Fault(file, line_of(source, (role,)), error.what, error.mend)
    for role, name in service.definition.decisions.named().items():
        if name not in service.model.decisions:
            known = ", ".join(service.model.decisions)
            yield Fault(
                file, line_of(source, ("decisions", role)), f"The model has no decision {name!r}.", f"It has {known}."
            )
    known = ", ".join(service.parameters)
    for name in _needed_parameters(service):
        if name not in service.parameters:
            yield Fault(file, line_of(source, ("starts",)), f"There is no parameter {name!r}.", f"There are {known}.")


def _needed_parameters(service: Service) -> Iterator[str]:
    """Parameters that the platform itself reads."""
    yield service.definition.starts
    if service.definition.runs == "in_rounds":
        yield "round_opens"


def _on_a_day(service: Service, on: date) -> Iterator[Fault]:
    file = str(service.folder / "parameters.yaml")
    try:
        parameters = feel_values(service.parameters, on)
    except LookupError as error:
        yield Fault(file, 1, str(error), "Add the value that was in force.")
        return
    try:
        yield from check_inputs(service, parameters)
    except ToimivaError as error:
        yield Fault(str(service.folder / "service.toml"), 1, error.what, error.mend)


def _examples(service: Service) -> Iterator[Fault]:
    file = str(service.folder / "examples.yaml")
    if not service.examples:
        yield Fault(
            file, 1, "There are no examples.", "Describe at least one person per outcome, with what is expected."
        )
    try:
        results = run_examples(service)
    except (KeyError, ValueError) as error:
        yield Fault(file, 1, str(error), "Use the names of the model's item definitions.")
        return
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        file = str(service.folder / "decision.dmn")
        yield Fault(file, 1, f"The rules do not run as SQL: {said}", "Compare the kinds of parameters and inputs.")
        return
    text = (service.folder / "examples.yaml").read_text(encoding="utf-8")
    for number, result in enumerate(results):
        if not result.holds:
            yield Fault(file, line_in_yaml(text, number), _missed(result), "Mend the rule or the example.")


def _missed(result: ExampleResult) -> str:
    """What an example expects and what came out instead; both ways where the two differ."""
    ways = {"interpreted": result.interpreted} | ({} if result.compiled is None else {"compiled": result.compiled})
    alike = len({str(dict(way)) for way in ways.values()}) == 1
    came = [f"{'' if alike else f'{name} '}{_said(way, result.expected)}" for name, way in ways.items()]
    wanted = _said(result.expected, result.expected)
    return f"{result.name!r} expects {wanted}; it gives {'; '.join(came[:1] if alike else came)}."


def _said(answers: Mapping[str, object], asked: Mapping[str, object]) -> str:
    """What is not empty, and what the example asks for whatever it is."""
    told = {name: value for name, value in answers.items() if name in asked or value not in (None, [])}
    return ", ".join(f"{name} {value!r}" for name, value in told.items())


def _notes(service: Service, on: date) -> Iterator[Fault]:
    file = str(service.folder / "parameters.yaml")
    text = (service.folder / "parameters.yaml").read_text(encoding="utf-8")
    for name, parameter in service.parameters.items():
        for since, value in parameter.values.items():
            if value.status == "unconfirmed":
                line = line_in_yaml(text, name, "values", since)
                yield Fault(file, line, f"{name} from {since} is unconfirmed.", "Compare it with its source.")
    try:
        refused = compile_model(service.model, feel_values(service.parameters, on)).refused
    except LookupError:
        return
    for name, reason in refused.items():
        yield Fault(str(service.folder / "decision.dmn"), 1, f"{name!r} runs in the interpreter: {reason.reason}")
