"""A program that speaks SensorThings, and bodies that it sends."""

from __future__ import annotations

import json
from urllib.parse import quote, urlsplit

from django.test import Client

BASE = "/sta/v1.1"
POINT = {"type": "Point", "coordinates": [24.9384, 60.1699]}


class Sta:
    """A program that speaks the standard."""

    def __init__(self) -> None:
        self.client = Client()

    def ask(self, method: str, address: str, body: object = None):
        parts = urlsplit(address)
        path = parts.path if parts.path.startswith(BASE) else f"{BASE}/{parts.path}"
        given = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(f"{path}?{parts.query}", **given)

    def get(self, address: str):
        answer = self.ask("get", address)
        assert answer.status_code == 200, (address, answer.content.decode()[:500])
        return answer.json()

    def find(self, collection: str, condition: str) -> list[int]:
        return [row["@iot.id"] for row in self.get(f"{collection}?$filter={quote(condition)}")["value"]]

    def post(self, address: str, body: object, status: int = 201):
        answer = self.ask("post", address, body)
        assert answer.status_code == status, answer.content.decode()[:500]
        return answer.json()


def thing(name: str = "Classroom 12", **more) -> dict:
    return {"name": name, "description": "a room", "properties": {"floor": 2, "school": {"name": "Malli"}}} | more


def location(name: str = "Yard", at: dict = POINT) -> dict:
    return {"name": name, "description": "a place", "encodingType": "application/geo+json", "location": at}


def datastream(name: str = "CO2", **more) -> dict:
    return {
        "name": name, "description": "carbon dioxide", "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "ppm", "symbol": "ppm", "definition": "ucum:[ppm]"},
        "Sensor": {"name": f"{name} sensor", "description": "d", "encodingType": "application/pdf", "metadata": "https://x.example"},
        "ObservedProperty": {"name": name, "description": "d", "definition": f"https://x.example/{name}"},
    } | more  # fmt: skip


def weather(**more) -> dict:
    """A stream of temperature and humidity at once."""
    measured = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
    units = [{"name": n, "symbol": s, "definition": f"ucum:{s}"} for n, s in (("degree", "Cel"), ("per cent", "%"))]
    return datastream("Weather") | {
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation",
        "multiObservationDataTypes": [measured] * 2, "unitOfMeasurements": units,
        "ObservedProperties": [{"name": n, "description": "d", "definition": f"https://x.example/{n}"} for n in ("T", "RH")],
    } | more  # fmt: skip


def without(body: dict, *names: str) -> dict:
    return {name: value for name, value in body.items() if name not in names}
