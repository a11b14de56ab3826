"""A decision in words: what was decided, why, by what law, and how to ask for rectification."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.placement import api as placing
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.city import api as cities
from toimiva.core.city.api import text_in

__all__ = ["archived", "content_of", "grounds_of", "units_of"]


@lru_cache(maxsize=16)
def archived(city: str, digest: str) -> Service:
    """The service as it was: an archived folder never changes, so it is read once."""
    return services.from_archive(cities.load(city), digest)


def units_of(service: Service, record: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Names of units as the decision's snapshot had them."""
    table = service.definition.allocation.units
    return offers.unit_names(service.city.id, table, record["basis"]["tables"][table])


def content_of(decision: Decision, offer: offers.OfferView, language: str) -> dict[str, Any]:
    """Everything a decision's document says, in one language."""
    record = json.loads(decision.record)
    service = archived(decision.city, record["basis"]["folder"])
    texts = service.texts[language]
    unit = text_in(dict(units_of(service, record)[record["offer"]["unit"]]), language)
    starts = offers.day_text(date.fromisoformat(record["offer"]["starts"]), language, year=True)
    group = texts["groups"][record["offer"]["group"]]
    values = {
        "child": offers.called(offer.child_name, service, language),
        "unit": unit,
        "starts": starts,
        "group": group,
    }
    return {
        "language": language,
        "city": text_in(service.city.names, language),
        "title": texts["decision_title"],
        "number": decision.number,
        "day": offers.day_text(decision.at.astimezone(service.city.zone).date(), language, year=True),
        "text": services.fill(texts["decision_text"], values),
        "grounds": grounds_of(service, record, language),
        "law": text_in(record["law"], language),
        "automatic": _maker(service, record, language),
        "appeal": _appeal(texts, record["appeal"], language),
        "simulated": service.city.synthetic,
    }


def _maker(service: Service, record: Mapping[str, Any], language: str) -> str:
    """Who decided: the rules and who answers for them, or an official with the grounds given."""
    texts = service.texts[language]
    if record["made_by"] == "rule":
        return services.fill(texts["decision_automatic"], {"responsible": text_in(record["responsible"], language)})
    values = {"official": record["made_by"], "grounds": record["grounds"]}
    if "decision_by_official" not in texts:  # a folder kept before officials decided here
        texts = services.get_service(service.city, service.id).texts[language]
    return services.fill(texts["decision_by_official"], values)


def grounds_of(service: Service, record: Mapping[str, Any], language: str) -> list[str]:
    """Why: the reason by rule, why this unit, and what counted for it."""
    texts, placement = service.texts[language], record["basis"]["placement"]
    unit = text_in(dict(units_of(service, record)[placement["unit"]]), language)
    distance = offers.distance_text(placement["travel_m"], language)
    method = _method(service, placement["method"], language)
    place = services.fill(texts["placement"], {"unit": unit, "distance": distance, "method": method})
    because = texts["because"][record["basis"]["finding"]["because"]]
    counted = [texts[f"placement_{name}"] for name in ("sibling", "present_unit", "own_area") if placement[name]]
    return [because, place, *counted]


def _method(service: Service, told: str, language: str) -> str:
    if told == placing.ON_STREETS:
        return str(service.texts[language]["travel_on_streets"])
    factor = f"{service.definition.allocation.detour_factor:g}"
    factor = factor if language == "en" else factor.replace(".", ",")
    return services.fill(service.texts[language]["travel_method"], {"factor": factor})


def _appeal(texts: Mapping[str, Any], appeal: Mapping[str, Any], language: str) -> str:
    if not appeal:
        return str(texts["appeal"])
    authority = text_in(appeal["authority"], language)
    return services.fill(texts["appeal"], {"days": str(appeal["days"]), "authority": authority})
