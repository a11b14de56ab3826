"""Decisions: official, numbered, explained, replayable; and the sign-off that lets rules decide."""

from __future__ import annotations

from toimiva.capabilities.decisions.deploying import deployment_document, is_deployed, sign
from toimiva.capabilities.decisions.documents import DocumentWriter, render_waiting
from toimiva.capabilities.decisions.explaining import explain, find_decision
from toimiva.capabilities.decisions.making import decide_by_official, decide_granted
from toimiva.capabilities.decisions.reading import confirmation_seconds, count_decisions, document_of
from toimiva.capabilities.decisions.replaying import Replayed, replay, replay_round

__all__ = [
    "DocumentWriter", "Replayed", "confirmation_seconds", "count_decisions", "decide_by_official", "decide_granted",
    "deployment_document",
    "document_of", "explain", "find_decision", "is_deployed", "render_waiting", "replay", "replay_round", "sign",
]  # fmt: skip
