"""Decisions as PDF/UA documents (Typst): written once, their SHA-256 kept with the decision.

The record is the decision; the document is its rendering. It is written by a job right after the decision, so that a
reply is never kept waiting, and the file's digest goes to the ledger.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import Any

import typst
from django.conf import settings
from django.db import transaction

from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.decisions.wording import content_of
from toimiva.capabilities.offers import api as offers
from toimiva.core.bulk import update_rows
from toimiva.core.ledger import api as ledger

__all__ = ["DocumentWriter", "document_path", "render_waiting"]

_TEMPLATE = Path(__file__).with_name("decision.typ")
_THREADS = local()


def document_path(decision: Decision) -> Path:
    """Where a decision's PDF lies."""
    name = decision.number.replace(" ", "-")
    return Path(settings.HOME) / "documents" / decision.city / decision.round / f"{name}.pdf"


class DocumentWriter:
    """Writes the documents of a city's decisions on threads of its own; the compiler leaves Python's lock to others.

    `submit` begins those that wait; `finish` waits for all and notes their digests, in the order of their numbers.
    Whatever a stop leaves unnoted is written again: the same decision gives the same file.
    """

    def __init__(self, city: str) -> None:
        self.city = city
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._begun: list[tuple[Decision, Future[str]]] = []
        self._last = ""

    def submit(self, *, limit: int = 2000) -> int:
        """Begin the documents of decisions that have none yet; how many were begun."""
        rows = Decision.objects.filter(city=self.city, document_digest="", number__gt=self._last)
        waiting = list(rows.order_by("number")[:limit])
        found = offers.read_offers(row.offer for row in waiting)
        for row in waiting:
            content = content_of(row, found[row.offer], row.language)
            future = self._pool.submit(_write, document_path(row), content, int(row.at.timestamp()))
            self._begun.append((row, future))
            self._last = row.number
        return len(waiting)

    def finish(self) -> int:
        """Wait for what was begun and note it; how many documents there were."""
        for row, future in self._begun:
            row.document_digest = future.result()
        _note([row for row, _ in self._begun])
        written, self._begun = len(self._begun), []
        return written


def render_waiting(city: str) -> int:
    """Write every document that waits; how many there were."""
    writer = DocumentWriter(city)
    while writer.submit():
        pass
    return writer.finish()


def _write(path: Path, content: dict[str, Any], timestamp: int) -> str:
    """Write one PDF, whole or not at all; its SHA-256."""
    compiler = getattr(_THREADS, "compiler", None)
    if compiler is None:
        compiler = _THREADS.compiler = typst.Compiler(_TEMPLATE)
    inputs = {"decision": json.dumps(content, ensure_ascii=False)}
    pdf = compiler.compile(sys_inputs=inputs, format="pdf", pdf_standards=["ua-1"], timestamp=timestamp)
    assert isinstance(pdf, bytes)  # noqa: S101 - one file, as no output path is given
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(pdf)
    os.replace(part, path)
    return hashlib.sha256(pdf).hexdigest()


def _note(rows: list[Decision]) -> None:
    entries = [
        ledger.NewEntry(
            d.city, "document.written", "rule", d.at, d.person, body={"number": d.number, "pdf": d.document_digest}
        )
        for d in rows
    ]
    with transaction.atomic():
        update_rows(rows, ["document_digest"])
        ledger.append_many(entries)
