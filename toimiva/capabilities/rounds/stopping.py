"""A round stopped for good: nobody is asked any more, and what was confirmed stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.models import Round
from toimiva.core.errors import Conflict
from toimiva.core.ledger import api as ledger

__all__ = ["stop"]


def stop(round_id: str, *, official: str, at: datetime) -> int:
    """Stop a round: open offers are withdrawn and go to staff; how many they were. Raises Conflict when ended."""
    with transaction.atomic():
        row = Round.objects.select_for_update().get(pk=round_id)
        if row.phase in ("measured", "stopped"):
            raise Conflict(what=f"Round {round_id} has ended already.", mend="There is nothing to stop.")
        withdrawn = offers.withdraw_all(round_id, "round_stopped", at=at)
        row.phase = "stopped"
        row.save(update_fields=["phase"])
        body = {"round": round_id, "withdrawn": withdrawn}
        ledger.append(ledger.NewEntry(row.city, "round.stopped", official, at, round_id, body=body))
    return withdrawn
