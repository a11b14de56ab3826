"""Drafts: a copy of a service's folder, changed file by file in ways that keep what a person has written there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import yaml
from django.db import transaction

from toimiva.capabilities.design.models import Draft
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, NotFound
from toimiva.core.ledger import api as ledger

__all__ = ["change_model", "change_parameter", "change_text", "drafted", "get_draft", "open_draft", "open_drafts"]

_MOST_BYTES = 2_000_000


def open_draft(service: services.Service, *, author: str, at: datetime) -> Draft:
    """The service's open draft, or a new one that is a copy of its folder."""
    city, name = service.city.id, service.id
    with transaction.atomic():
        draft, new = Draft.objects.get_or_create(
            city=city, service=name, state="open",
            defaults={"base": service.digest, "author": author, "opened": at},
        )  # fmt: skip
        if not new:
            return draft
        shutil.copytree(service.folder, draft.folder, dirs_exist_ok=True)
        body = {"draft": draft.pk, "base": service.digest}
        ledger.append(ledger.NewEntry(city, "draft.opened", author, at, name, body=body))
    return draft


def open_drafts(city: str) -> dict[str, Draft]:
    """Open drafts by service."""
    return {row.service: row for row in Draft.objects.filter(city=city, state="open")}


def get_draft(draft_id: int) -> Draft:
    """A draft by its number. Raises NotFound."""
    found = Draft.objects.filter(pk=draft_id).first()
    if found is None:
        raise NotFound(what=f"There is no draft {draft_id}.", mend="Open the service and start a draft.")
    return found


def drafted(draft: Draft) -> services.Service:
    """The draft as a service. Raises Invalid with every fault of its files."""
    return services.read_folder(cities.load(draft.city), draft.folder)


def change_parameter(draft: Draft, name: str, value: str, *, since: date, source: str, author: str) -> None:
    """Add a value of a parameter from a day on; values that are there stay, so that old decisions replay.

    Raises Invalid when the folder would no longer be a service, and leaves the draft as it was.
    """
    line = yaml.safe_dump(
        {"value": _parsed(value), "source": source, "status": "unconfirmed"},
        default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000,
    ).strip()  # fmt: skip
    entry = f"    {since.isoformat()}: {line}\n"
    what = {"file": "parameters.yaml", "name": name, "to": value, "since": since.isoformat(), "source": source}
    _change(draft, "parameters.yaml", lambda text: _with_value(text, name, since, entry), what, author)


def _parsed(value: str) -> object:
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        mend = "Write a number, a day such as 2027-08-11, or words."
        raise Invalid(what=f"{value!r} is not a value.", mend=mend) from error


def _with_value(text: str, name: str, since: date, entry: str) -> str:
    block = re.search(rf"^{re.escape(name)}:\n(?:[ #].*\n|\n)*", text, re.MULTILINE)
    values = re.search(r"^  values:\n(?:    .*\n)*", block[0], re.MULTILINE) if block else None
    if block is None or values is None:
        raise Invalid(what=f"The draft has no parameter {name!r}.", mend="Choose one of the service's.")
    kept = re.sub(rf"^    {since.isoformat()}:.*\n(?:      .*\n)*", "", values[0], flags=re.MULTILINE)
    start = block.start() + values.start()
    return text[:start] + kept + entry + text[start + len(values[0]) :]


def change_text(draft: Draft, language: str, key: str, text: str, *, author: str) -> None:
    """Say something otherwise in one language. Raises Invalid for a placeholder that has no value there."""
    if language not in cities.LANGUAGES:  # it becomes part of a path
        raise NotFound(what=f"There are no texts in {language!r}.", mend=f"Use one of {', '.join(cities.LANGUAGES)}.")
    name = f"texts/{language}.yaml"
    what = {"file": name, "name": key, "to": text}

    def changed(source: str) -> str:
        texts = yaml.safe_load(source)
        if not isinstance(texts.get(key), str):
            raise NotFound(what=f"There is no text {key!r} in {name}.", mend="Choose one from the page.")
        return yaml.safe_dump(texts | {key: text}, allow_unicode=True, sort_keys=False, width=10_000)

    _change(draft, name, changed, what, author)


def change_model(draft: Draft, content: bytes, *, author: str) -> None:
    """Replace the decision model. Raises Invalid, naming line and remedy, when it cannot be used."""
    if len(content) > _MOST_BYTES:
        raise Invalid(what="The model is larger than 2 MB.", mend="Send only the DMN file.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(what="The model is not UTF-8.", why=f"{error}", mend="Save it as UTF-8 in the editor.") from error
    what = {"file": "decision.dmn", "name": "", "to": f"{len(content)} bytes"}
    _change(draft, "decision.dmn", lambda _: text, what, author)


def _change(draft: Draft, name: str, how: Callable[[str], str], what: dict[str, str], author: str) -> None:
    """Change one file if the folder is still a service after it; otherwise nothing is changed."""
    if draft.state != "open":
        raise Conflict(what=f"Draft {draft.pk} is {draft.state}.", mend="Start a new draft of the service.")
    path = draft.folder / name
    before = path.read_text(encoding="utf-8")
    after = how(before)
    _write(path, after)
    try:
        drafted(draft)
    except Invalid:
        _write(path, before)
        raise
    draft.changes = [*draft.changes, what | {"by": author}]
    draft.save(update_fields=["changes"])


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
