"""Services: folders that say who something is for, how much there is to give, and what is said. Days are the city's."""

from __future__ import annotations

from toimiva.capabilities.services.changing import Cause, causes
from toimiva.capabilities.services.checking import Report, check_folder
from toimiva.capabilities.services.deciding import decide_cohort, feel_inputs, read_inputs, trace_row
from toimiva.capabilities.services.definition import Definition
from toimiva.capabilities.services.examples import ExampleResult, run_examples
from toimiva.capabilities.services.explaining import Explained, Fact, cause_in_words, explain_rule
from toimiva.capabilities.services.folder import (
    Service,
    archive,
    form_of,
    from_archive,
    get_service,
    names_of,
    read_folder,
)
from toimiva.capabilities.services.form import Application, Asked
from toimiva.capabilities.services.making import new_service
from toimiva.capabilities.services.parameters import feel_values, value_on
from toimiva.capabilities.services.texts import fill

__all__ = [
    "Application", "Asked", "Cause", "Definition", "ExampleResult", "Explained", "Fact", "Report", "Service",
    "archive", "cause_in_words", "causes", "check_folder", "decide_cohort", "explain_rule", "feel_inputs",
    "feel_values", "fill", "form_of", "from_archive", "get_service", "names_of", "new_service", "read_folder",
    "read_inputs", "run_examples", "trace_row", "value_on",
]  # fmt: skip
