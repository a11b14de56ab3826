"""City bikes as GBFS 3.0 (MobilityData): the system, its stations and how they are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from toimiva.capabilities.bikes.models import Station
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound

__all__ = ["feed"]

_TTL = 60  # seconds that a feed may be kept
_BIKE = "bike"
Feed = Callable[[City, HttpRequest], dict[str, Any]]


@require_safe
def feed(request: HttpRequest, city: str, name: str) -> HttpResponse:
    """One of the system's feeds."""
    found = cities.load(city)
    if name not in _FEEDS or not Station.objects.filter(city=found.id).exists():
        raise NotFound(what=f"There is no {name[:40]} of {found.id}.", mend="See /gbfs/<city>/gbfs.json.")
    newest = Station.objects.filter(city=found.id).order_by("-reported").values_list("reported", flat=True).first()
    told = {"last_updated": _time(newest or datetime.now(UTC)), "ttl": _TTL, "version": "3.0"}
    answer = JsonResponse(told | {"data": _FEEDS[name](found, request)})
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _discovery(city: City, request: HttpRequest) -> dict[str, Any]:
    names = [name for name in _FEEDS if name != "gbfs"]
    return {"feeds": [{"name": name, "url": _address(city, request, name)} for name in names]}


def _address(city: City, request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(f"/gbfs/{city.id}/{name}.json")


def _texts(texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"text": text, "language": language} for language, text in texts.items()]


def _system(city: City, request: HttpRequest) -> dict[str, Any]:
    names = {"fi": f"{city.genitive_fi} kaupunkipyörät", "en": f"City bikes of {cities.text_in(city.names, 'en')}"}
    simulated = Station.objects.filter(city=city.id, simulated=True).exists()
    if simulated:
        names = {"fi": f"{names['fi']} (simuloitu)", "en": f"{names['en']} (simulated)"}
    return {
        "system_id": f"toimiva_{city.id}", "languages": ["fi", "sv", "en"], "name": _texts(names),
        "opening_hours": "Apr-Oct 00:00-24:00", "feed_contact_email": f"data@{city.id}.invalid",
        "timezone": city.timezone,
        "license_id": "CC-BY-4.0", "url": city.website,
    }  # fmt: skip


def _vehicles(city: City, request: HttpRequest) -> dict[str, Any]:
    bike = {"vehicle_type_id": _BIKE, "form_factor": "bicycle", "propulsion_type": "human", "rider_capacity": 1}
    return {"vehicle_types": [bike | {"name": _texts({"fi": "Kaupunkipyörä", "sv": "Stadscykel", "en": "City bike"})}]}


def _information(city: City, request: HttpRequest) -> dict[str, Any]:
    stations = [
        {"station_id": row.number, "name": _texts(row.names), "lat": row.latitude, "lon": row.longitude}
        | ({} if row.capacity is None else {"capacity": row.capacity})
        for row in Station.objects.filter(city=city.id).order_by("number")
    ]  # fmt: skip
    return {"stations": stations}


def _status(city: City, request: HttpRequest) -> dict[str, Any]:
    stations = [
        {
            "station_id": row.number, "num_vehicles_available": row.bikes, "is_installed": True,
            "is_renting": row.renting,
            "is_returning": row.renting, "last_reported": _time(row.reported),
            "vehicle_types_available": [{"vehicle_type_id": _BIKE, "count": row.bikes}],
        } | ({} if row.docks is None else {"num_docks_available": row.docks})
        for row in Station.objects.filter(city=city.id).order_by("number")
    ]  # fmt: skip
    return {"stations": stations}


def _versions(city: City, request: HttpRequest) -> dict[str, Any]:
    return {"versions": [{"version": "3.0", "url": _address(city, request, "gbfs")}]}


_FEEDS: Mapping[str, Feed] = {
    "gbfs": _discovery, "gbfs_versions": _versions, "system_information": _system, "vehicle_types": _vehicles,
    "station_information": _information, "station_status": _status,
}  # fmt: skip
