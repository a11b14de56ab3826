"""The wording for an offer, from the service as it is now and the units' names as the lake has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.offers.wording import UnitNames, Wording
from toimiva.capabilities.services import api as services
from toimiva.core.channels.api import Draft
from toimiva.core.city import api as cities
from toimiva.core.lake import api as lake

__all__ = ["Wordings", "drafts_for", "unit_names", "unit_spots", "wording_for"]


class Wordings:
    """Wordings by service, each made once: for the length of a batch, not longer, as texts may change."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Wording] = {}

    def of(self, offer: Offer) -> Wording:
        """The wording for this offer's messages."""
        key = (offer.city, offer.service)
        if key not in self._made:
            self._made[key] = wording_for(offer)
        return self._made[key]

    def drafts(self, recipients: Iterable[Recipient], kind: str, suffix: str = "") -> list[Draft]:
        """A message of a kind to each recipient who can be reached."""
        drafts = [self.of(row.offer).draft(row.offer, row, kind, suffix) for row in recipients]
        return [draft for draft in drafts if draft]


def wording_for(offer: Offer) -> Wording:
    """Texts and unit names for one offer's messages."""
    city = cities.load(offer.city)
    service = services.get_service(city, offer.service)
    table = service.definition.allocation.units
    return Wording(service, unit_names(offer.city, table, lake.version(offer.city, table)))


@lru_cache(maxsize=8)
def unit_names(city: str, table: str, version: int) -> UnitNames:
    """unit -> {fi, sv, en}; places are not personal data and need no gate."""
    rows = lake.read(city, table, version).select("unit", "name_fi", "name_sv", "name_en")
    return {unit: {"fi": fi, "sv": sv, "en": en} for unit, fi, sv, en in rows.iter_rows()}


def newest_units(city: str, table: str) -> UnitNames:
    """The same as the register has them now; none where it has not been delivered."""
    return unit_names(city, table, lake.version(city, table)) if table in lake.tables(city) else {}


def unit_spots(city: str, table: str) -> Mapping[str, tuple[float, float]]:
    """unit -> (x, y) in EPSG:3879, as far as they are known."""
    return _unit_spots(city, table, lake.version(city, table))


@lru_cache(maxsize=8)
def _unit_spots(city: str, table: str, version: int) -> dict[str, tuple[float, float]]:
    rows = lake.read(city, table, version).select("unit", "x", "y").drop_nulls()
    return {unit: (x, y) for unit, x, y in rows.iter_rows()}


def drafts_for(ids: Sequence[str], kind: str, suffix: str = "") -> list[Draft]:
    """A message of a kind to every guardian of these offers who can be reached; a `suffix` makes it another one."""
    wordings, drafts = Wordings(), []
    for start in range(0, len(ids), 500):
        rows = Recipient.objects.select_related("offer").filter(offer_id__in=ids[start : start + 500]).order_by("pk")
        drafts += wordings.drafts(rows, kind, suffix)
    return drafts
