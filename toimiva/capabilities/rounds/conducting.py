"""What an official does with a round: begin it, hold its messages back, let them go on. Each is in the ledger."""

from __future__ import annotations

from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import Terms, get_round
from toimiva.capabilities.rounds.running import start
from toimiva.capabilities.services.api import Service
from toimiva.core.city import api as cities
from toimiva.core.ledger import api as ledger

__all__ = ["begin", "set_paused"]


def begin(service: Service, terms: Terms, *, official: str) -> Round:
    """From the registers to offers in the outbox; asked twice, it is one round. A simulated city's clock goes to the
    opening."""
    city = service.city.id
    row = start(service, seed=1, simulated=False, terms=terms)
    if cities.is_simulated(city):
        cities.set_to(city, row.opens)
        cities.run_on(city)
    body = {"round": row.id}
    ledger.append(ledger.NewEntry(city, "round.started", official, cities.now(city), row.id, body=body))
    return row


def set_paused(round_id: str, paused: bool, *, official: str) -> Round:
    """Hold messages back or let them go on; replies are always heard. As it is already, nothing changes."""
    row = get_round(round_id)
    if row.paused != paused:
        row.paused = paused
        row.save(update_fields=["paused"])
        kind = "round.paused" if paused else "round.resumed"
        ledger.append(ledger.NewEntry(row.city, kind, official, cities.now(row.city), row.id))
    return row
