"""Sensors by OGC SensorThings 1.1: entities as JSON values, ids are integers, instants are aware UTC."""

from __future__ import annotations

from toimiva.capabilities.sensors.archiving import archive_live
from toimiva.capabilities.sensors.door import Door
from toimiva.capabilities.sensors.hourly import Hourly, hourly
from toimiva.capabilities.sensors.mqtt.bridge import bridge_is_connected
from toimiva.capabilities.sensors.naming import in_words
from toimiva.capabilities.sensors.observing import (
    Place,
    Seen,
    check_filter,
    count_streams,
    newest_times,
    observed,
    things_where,
)
from toimiva.capabilities.sensors.rollups import roll_up
from toimiva.capabilities.sensors.schema import ENTITIES, SETS, Entity
from toimiva.capabilities.sensors.showing import Hours, hours_of, newest_of, placed, thing_of
from toimiva.capabilities.sensors.storing import store_numbers
from toimiva.capabilities.sensors.tasking import TaskTold, newest_tasks, tasks_of
from toimiva.capabilities.sensors.writing import create

__all__ = [
    "ENTITIES", "SETS", "Door", "Entity", "Hourly", "Hours", "Place", "Seen", "TaskTold", "archive_live",
    "bridge_is_connected", "check_filter", "count_streams", "create", "hourly", "hours_of", "in_words", "newest_of",
    "newest_tasks", "newest_times", "observed", "placed", "roll_up", "store_numbers", "tasks_of", "thing_of",
    "things_where",
]  # fmt: skip
