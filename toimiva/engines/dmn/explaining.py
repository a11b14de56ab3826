"""One case in words: what each decision used, which rule hit and why, the law it names, and why the others did not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from toimiva.engines.feel.api import Value, to_text
from toimiva.engines.models.api import Decider, Model, Step

__all__ = ["LANGUAGES", "explain"]

_WORDS = {
    "en": {
        "is": "{decision}: {value}", "uses": "used: {name} = {value}", "hit": "Rule {rule} holds{notes}.",
        "miss": "Rule {rule} does not hold: {column} is {value}, and the rule asks for {test}.",
        "why": "Note: {reason}", "null": "nothing", True: "yes", False: "no",
    },
    "fi": {
        "is": "{decision}: {value}", "uses": "käytetty: {name} = {value}", "hit": "Sääntö {rule} pätee{notes}.",
        "miss": "Sääntö {rule} ei päde: {column} on {value}, ja sääntö edellyttää {test}.",
        "why": "Huomaa: {reason}", "null": "ei mitään", True: "kyllä", False: "ei",
    },
    "sv": {
        "is": "{decision}: {value}", "uses": "använt: {name} = {value}", "hit": "Regel {rule} gäller{notes}.",
        "miss": "Regel {rule} gäller inte: {column} är {value}, och regeln kräver {test}.",
        "why": "Obs: {reason}", "null": "ingenting", True: "ja", False: "nej",
    },
}  # fmt: skip
LANGUAGES = tuple(_WORDS)


def explain(model: Model, inputs: Mapping[str, Value], language: str = "en", now: dt.datetime | None = None) -> str:
    """The case's trace as text, decision by decision in the order in which they were made.

    Raises KeyError for a language that is not fi, sv or en.
    """
    words = _WORDS[language]
    steps = Decider(model).trace(inputs, now).steps.values()
    return "\n".join(line for step in steps for line in _step(step, words))


def _step(step: Step, words: Mapping[object, str]) -> Iterator[str]:
    yield words["is"].format(decision=step.decision, value=_text(step.value, words))
    for name, value in step.uses.items():
        yield "  " + words["uses"].format(name=name, value=_text(value, words))
    for hit in step.hits:
        notes = "".join(f"; {name}: {note}" for name, note in hit.annotations.items())
        yield "  " + words["hit"].format(rule=hit.rule, notes=notes)
    for miss in step.misses:
        value = _text(miss.value, words)
        yield "  " + words["miss"].format(rule=miss.rule, column=miss.column, value=value, test=miss.test)
    for reason in dict.fromkeys(step.warnings):
        yield "  " + words["why"].format(reason=reason)


def _text(value: Value, words: Mapping[object, str]) -> str:
    if isinstance(value, bool):
        return words[value]
    return words["null"] if value is None else str(to_text(value))
