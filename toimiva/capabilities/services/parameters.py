"""Dated parameters: amounts, ages and dates, each with the day it is valid from and its legal source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import ValidationError

from toimiva.core.city.api import Strict, faults_of, line_in_yaml, line_of, read_yaml
from toimiva.core.errors import Fault, Invalid
from toimiva.engines.feel.api import YearsMonths, parse_temporal

__all__ = ["TODAY", "Parameter", "Parameters", "feel_values", "read_parameters", "value_on"]

TODAY = "today"
_DATE, _DURATION = "date", "duration"
_KINDS: dict[str, tuple[type, ...]] = {_DATE: (dt.date,), _DURATION: (dt.timedelta, YearsMonths)}
_WRITTEN = {_DATE: "2027-08-01, without quotes", _DURATION: "P56D (days) or P2M (months)"}


class Dated(Strict):
    """A value from a day on; `unconfirmed` until a person has compared it with its source."""

    value: Any
    source: str
    eli: str | None = None
    status: Literal["confirmed", "unconfirmed"] = "confirmed"


class Parameter(Strict):
    """A parameter with all its values by the day from which each is valid. A `duration` is written as P56D or P2M."""

    label: dict[str, str]
    unit: str
    values: dict[dt.date, Dated]
    compared_with_source: dt.date | None = None


Parameters = Mapping[str, Parameter]


def read_parameters(file: str, text: str, *, archived: bool = False) -> Parameters:
    """Parameters by name. Raises Invalid with every fault; decisions by what is archived must replay, whatever was made
    a fault since."""
    content = read_yaml(file, text, dict)
    if TODAY in content:
        raise Invalid(what="Parameters cannot be used.", faults=[_reserved(file, text)])
    found, faults = {}, []
    for name, body in content.items():
        try:
            found[name] = Parameter.model_validate(_by_text(body))
        except ValidationError as error:
            faults += faults_of(error, file, text, (name,))
    if faults:
        raise Invalid(what="Parameters cannot be used.", faults=faults)
    faults = [_mixed(file, text, name) for name, parameter in found.items() if len(_kinds(parameter)) > 1]
    days = () if archived else ((name, one, day) for name, one in found.items() for day in _wrong_days(one))
    faults += [_wrong_value(file, text, name, day, one.unit) for name, one, day in days]
    if faults:
        raise Invalid(what="Parameters cannot be used.", faults=faults)
    return found


def _by_text(body: Any) -> Any:
    """Its days as texts, as faults name them."""
    if not isinstance(body, dict) or not isinstance(body.get("values"), dict):
        return body
    return {**body, "values": {str(day): value for day, value in body["values"].items()}}


def _kinds(parameter: Parameter) -> set[str]:
    """What kinds of values a parameter has over time; rules are written for one."""
    kinds = {int: "number", float: "number", dict: "texts"}
    return {kinds.get(type(dated.value), type(dated.value).__name__) for dated in parameter.values.values()}


def _mixed(file: str, text: str, name: str) -> Fault:
    said = f"{name} changes from one kind of value to another."
    return Fault(file, line_of(text, (name,)), said, "Give every day's value in the kind of the first.")


def _wrong_days(parameter: Parameter) -> list[dt.date]:
    """Days from which the value is not what its unit says."""
    kinds = _KINDS.get(parameter.unit)
    values = {day: dated.value for day, dated in parameter.values.items()}
    if parameter.unit == _DURATION:
        values = {day: parse_temporal(str(value)) for day, value in values.items()}
    return [day for day, value in values.items() if kinds and not isinstance(value, kinds)]


def _wrong_value(file: str, text: str, name: str, day: dt.date, unit: str) -> Fault:
    line = line_in_yaml(text, name, "values", day)
    return Fault(file, line, f"{name} from {day} is no {unit}.", f"Write it as {_WRITTEN[unit]}.")


def _reserved(file: str, text: str) -> Fault:
    return Fault(file, line_of(text, (TODAY,)), f"{TODAY!r} is the day of the decision.", "Choose another name.")


def value_on(parameter: Parameter, day: dt.date) -> Dated:
    """The value in force on a day. Raises LookupError before the first."""
    started = [since for since in parameter.values if since <= day]
    if not started:
        raise LookupError(f"No value is in force on {day}; the first is from {min(parameter.values)}.")
    return parameter.values[max(started)]


def feel_values(parameters: Parameters, day: dt.date) -> dict[str, Any]:
    """Every parameter that a rule can read, as FEEL values in force on a day, and the day itself as `today`.

    Texts by language are left out.
    """
    values = {name: value_on(parameter, day).value for name, parameter in parameters.items()}
    readable = {name: value for name, value in values.items() if not isinstance(value, dict)}
    return {name: _feel(value, parameters[name].unit) for name, value in readable.items()} | {TODAY: day}


def _feel(value: Any, unit: str) -> Any:
    if unit == _DURATION:
        return parse_temporal(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))
