"""Decisions as PDF/UA documents (Typst): written once, their SHA-256 kept with the decision.

The record is the decision; the document is its rendering. It is written by a job right after the decision, so that a
reply is never kept waiting, and the file's digest goes to the ledger.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
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

__all__ = ["document_path", "render_waiting"]

_TEMPLATE = Path(__file__).with_name("decision.typ")
_THREADS = local()


def document_path(decision: Decision) -> Path:
    """Where a decision's PDF lies."""
    name = decision.number.replace(" ", "-")
    return Path(settings.HOME) / "documents" / decision.city / decision.round / f"{name}.pdf"


def render_waiting(city: str, *, limit: int = 1000) -> int:
    """Write the documents of decisions that have none yet; how many were written."""
    waiting = list(Decision.objects.filter(city=city, document_digest="").order_by("number")[:limit])
    found = offers.read_offers(decision.offer for decision in waiting)
    contents = [content_of(d, found[d.offer], d.language) for d in waiting]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # the compiler leaves Python's lock
        pdfs = pool.map(_pdf, contents, [int(d.at.timestamp()) for d in waiting])
        for decision, pdf in zip(waiting, pdfs, strict=True):
            _store(decision, pdf)
    _note(waiting)
    return len(waiting)


def _pdf(content: dict[str, Any], timestamp: int) -> bytes:
    compiler = getattr(_THREADS, "compiler", None)
    if compiler is None:
        compiler = _THREADS.compiler = typst.Compiler(_TEMPLATE)
    inputs = {"decision": json.dumps(content, ensure_ascii=False)}
    return compiler.compile(sys_inputs=inputs, format="pdf", pdf_standards=["ua-1"], timestamp=timestamp)


def _store(decision: Decision, pdf: bytes) -> None:
    path = document_path(decision)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(pdf)
    os.replace(part, path)
    decision.document_digest = hashlib.sha256(pdf).hexdigest()


def _note(decisions: Iterable[Decision]) -> None:
    rows = list(decisions)
    entries = [
        ledger.NewEntry(
            d.city, "document.written", "rule", d.at, d.person, body={"number": d.number, "pdf": d.document_digest}
        )
        for d in rows
    ]
    with transaction.atomic():
        update_rows(rows, ["document_digest"])
        ledger.append_many(entries)
