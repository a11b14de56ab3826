"""Sensors by OGC SensorThings 1.1: entities as JSON values, ids are integers, instants are aware UTC."""

from __future__ import annotations

from toimiva.capabilities.sensors.schema import ENTITIES, SETS, Entity
from toimiva.capabilities.sensors.writing import create

__all__ = ["ENTITIES", "SETS", "Entity", "create"]
