"""A round measured: the figures of the summary, with what is simulated marked as simulated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.fairness import fairness
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels
from toimiva.core.ledger import api as ledger

__all__ = ["PUBLISHED", "measure"]

# Helsinki's own published figures, shown beside a round's.
PUBLISHED = {
    "2020": {"messaged": 1058, "replied_share": 0.93, "accepted_share": 0.83},
    "2021 on": {"families": "5,500-5,600", "accepted_share": 0.90, "confirmed_within_s": 60},
}


def measure(row: Round, service: Service) -> dict[str, Any]:
    """Compute the summary, keep it with the round and move it to its last phase."""
    row.summary = _summary(row, service)
    row.phase = "measured"
    row.save()
    return row.summary


def _summary(row: Round, service: Service) -> dict[str, Any]:
    first = offers.offers_of(row.id, wave=1)
    second = offers.offers_of(row.id, wave=2)
    states = pl.Series([offer.state for offer in first], dtype=pl.String)
    seconds = row.seconds | {"total": round(sum(row.seconds.values()), 3)}
    return {
        "city": row.city,
        "service": row.service,
        "round": row.id,
        "snapshot": row.snapshot,
        "residents": row.figures["residents"],
        "cohort": row.figures["cohort"],
        "to_staff": cases.count_by_reason(row.id),
        "offered": len(first),
        "messages": _messages(row),
        "replied": sum(offer.answered is not None for offer in first),
        "accepted": int((states == "accepted").sum()),
        "declined": int((states == "declined").sum()),
        "with_staff": int(states.is_in(["staff", "withdrawn"]).sum()),
        "no_reply": int((states == "no_reply").sum()),
        "decisions": decisions.count_decisions(row.id),
        "second_wave": _second_wave(row, second),
        "seconds": seconds,
        "reply_to_confirmation_s": _confirmation(row),
        "travel_m": _travel([offer.travel_m for offer in (*first, *second) if offer.state == "accepted"]),
        "travel_method": _methods(first),
        "justified_envy": row.figures.get("justified_envy", 0),
        "optimality_gap": row.figures["optimality_gap"],
        "total_cost_m": row.figures["total_cost_m"],
        "fairness": fairness(service, first),
        "hours_saved": _hours_saved(service, len(first)),
        "published": {} if row.follows else PUBLISHED,
        "ledger": {"entries": ledger.count(row.city), "root": ledger.current_root()},
        "simulated": row.simulated,
    }


def _messages(row: Round) -> dict[str, int]:
    counts = channels.count_messages(row.city, f"{row.id}.")
    return {"sent": counts.sent, "delivered": counts.delivered, "failed": counts.failed}


def _second_wave(row: Round, second: list[offers.OfferView]) -> dict[str, int]:
    accepted = sum(offer.state == "accepted" for offer in second)
    return {"wished": row.figures.get("wished", 0), "offered": len(second), "accepted": accepted}


def _confirmation(row: Round) -> dict[str, float | None]:
    """Measured on this machine, from storing a reply to its decision and confirmation in the outbox."""
    seconds = decisions.confirmation_seconds(row.id)
    if not seconds:
        return {"p50": None, "p99": None}
    return {"p50": round(float(np.percentile(seconds, 50)), 3), "p99": round(float(np.percentile(seconds, 99)), 3)}


def _travel(metres: list[int]) -> dict[str, float | None]:
    if not metres:
        return {"mean": None, "p95": None, "max": None}
    return {
        "mean": round(float(np.mean(metres)), 1), "p95": round(float(np.percentile(metres, 95)), 1), "max": max(metres),
    }  # fmt: skip


def _methods(first: list[offers.OfferView]) -> dict[str, int]:
    """How travel was measured, and for how many offers."""
    counts = Counter(json.loads(offer.basis)["placement"]["method"] for offer in first)
    return dict(sorted(counts.items()))


def _hours_saved(service: Service, offered: int) -> Mapping[str, Any]:
    assumed = service.definition.assumptions
    return {
        "families": round(offered * assumed.minutes_per_application_family / 60),
        "officials": round(offered * assumed.minutes_per_application_official / 60),
        "assumption": assumed.model_dump(),
    }
