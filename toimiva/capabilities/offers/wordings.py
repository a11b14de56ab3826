"""The wording for an offer, from the service as it is now and the units' names as the offer's round knew them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.offers.wording import UnitNames, Wording
from toimiva.capabilities.services import api as services
from toimiva.core.channels.api import Draft
from toimiva.core.city import api as cities
from toimiva.core.lake import api as lake

__all__ = ["drafts_for", "unit_names", "wording_for"]


def wording_for(offer: Offer) -> Wording:
    """Texts and unit names for this offer's messages."""
    city = cities.load(offer.city)
    service = services.get_service(city, offer.service)
    table = service.definition.allocation.units
    return Wording(service, unit_names(offer.city, table, lake.version(offer.city, table)))


@lru_cache(maxsize=8)
def unit_names(city: str, table: str, version: int) -> UnitNames:
    """unit -> {fi, sv, en}; places are not personal data and need no gate."""
    rows = lake.read(city, table, version).select("unit", "name_fi", "name_sv", "name_en")
    return {unit: {"fi": fi, "sv": sv, "en": en} for unit, fi, sv, en in rows.iter_rows()}


def drafts_for(ids: Sequence[str], kind: str) -> list[Draft]:
    """A message of a kind to every guardian of these offers who can be reached."""
    drafts = []
    for start in range(0, len(ids), 500):
        rows = Recipient.objects.select_related("offer").filter(offer_id__in=ids[start : start + 500]).order_by("pk")
        drafts += [wording_for(row.offer).draft(row, kind) for row in rows]
    return [draft for draft in drafts if draft]
