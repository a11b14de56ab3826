"""What a service says, in three languages, with the placeholders each text may use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from toimiva.core.channels.api import sms_parts
from toimiva.core.city.api import LANGUAGES, line_of, read_yaml
from toimiva.core.errors import Fault, Invalid

__all__ = ["TEXTS", "Texts", "check_texts", "fill", "placeholders"]

Texts = Mapping[str, Mapping[str, Any]]  # language -> key -> text, and `because` and `groups` by their own keys
_SMS = {"city", "child", "unit", "distance", "starts", "closes", "link", "phone"}
TEXTS: dict[str, set[str]] = {
    "offer_sms": _SMS, "offer_subject": {"child"}, "offer_letter": _SMS, "reminder_sms": _SMS,
    "unclear_sms": {"phone", "child"}, "late_sms": {"phone", "closes", "child"}, "declined_sms": _SMS,
    "confirmation_sms": _SMS, "staff_sms": {"phone", "child"}, "second_offer_sms": _SMS, "grant_sms": _SMS,
    "changed_sms": _SMS, "decision_title": set(), "decision_text": {"child", "unit", "starts", "group"},
    "decision_grounds": {"because", "placement"}, "decision_automatic": {"responsible"},
    "decision_by_official": {"official", "grounds"},
    "appeal": {"days", "authority"}, "placement": {"unit", "distance", "method"}, "travel_method": {"factor"},
    "travel_on_streets": set(),
    "placement_sibling": set(),
    "placement_present_unit": set(), "placement_own_area": set(), "unnamed": set(), "group_label": set(),
}  # fmt: skip
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_MOST_PARTS = 3
_SAMPLE = {
    "city": "Helsinki", "child": "Maximiliana", "unit": "Päiväkoti Keski-Herttoniemi 2", "distance": "1 230 m",
    "starts": "11.8.2027", "closes": "25.1.", "link": "https://paikka.example/o/abcdefghijkl", "phone": "09 310 8600",
}  # fmt: skip


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return set(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; every one must have a value (the folder's check has seen to it)."""
    literals, names = _pieces(text)
    return literals[0] + "".join([values[name] + literal for name, literal in zip(names, literals[1:], strict=True)])


@lru_cache(maxsize=1024)
def _pieces(text: str) -> tuple[list[str], list[str]]:
    """What stands between the placeholders, and their names."""
    parts = _PLACEHOLDER.split(text)
    return parts[::2], parts[1::2]


def check_texts(files: Mapping[str, tuple[str, str]], wanted: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Faults of the text files, given as language -> (file name, content).

    `wanted` are what each of the lists `because` and `columns` must have a text for.
    """
    for language in LANGUAGES:
        if language not in files:
            yield Fault(f"texts/{language}.yaml", 1, "The file is missing.", "Every text is in fi, sv and en.")
            continue
        yield from _check_language(*files[language], wanted)


def _check_language(file: str, source: str, wanted: Mapping[str, set[str]]) -> Iterator[Fault]:
    try:
        texts = read_yaml(file, source, dict, "Put texts with a colon in quotes.")
    except Invalid as error:
        yield from error.faults
        return
    for key, allowed in TEXTS.items():
        if key not in texts:
            yield Fault(file, 1, f"The text {key!r} is missing.", "Write it.")
            continue
        yield from _check_text(file, source, key, str(texts[key]), allowed)
    for key in texts.keys() - TEXTS.keys() - {"groups", *wanted}:
        yield Fault(file, line_of(source, (key,)), f"Nothing uses the text {key!r}.", "Delete it, or correct its name.")
    for key, names in wanted.items():
        told = texts.get(key)
        for name in sorted(names - (told.keys() if isinstance(told, dict) else set())):
            yield Fault(file, line_of(source, (key,)), f"{name!r} has no text under {key}.", "Add it there.")


def _check_text(file: str, source: str, key: str, text: str, allowed: set[str]) -> Iterator[Fault]:
    line = line_of(source, (key,))
    for name in sorted(placeholders(text) - allowed):
        known = ", ".join(sorted(allowed)) or "none"
        yield Fault(file, line, f"{key!r} has no value for {{{name}}}.", f"It may use: {known}.")
    if key.endswith("_sms") and not placeholders(text) - allowed:
        parts = sms_parts(fill(text, _SAMPLE))
        if parts > _MOST_PARTS:
            yield Fault(file, line, f"{key!r} takes {parts} text messages.", f"Shorten it to {_MOST_PARTS} at most.")
