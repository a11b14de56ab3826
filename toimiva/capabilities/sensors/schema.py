"""The entities as the standards name them (OGC 18-088, section 8.2; OGC 17-079r1): properties with their kinds, and
navigations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.db import models

from toimiva.capabilities.sensors.models import (
    Actuator,
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    MultiDatastream,
    Observation,
    ObservedProperty,
    Sensor,
    Task,
    TaskingCapability,
    Thing,
)

__all__ = ["BASE", "ENTITIES", "SETS", "TASKING", "Entity", "Kind", "Navigation", "Property"]

BASE = "/sta/v1.1"  # where the service is
Kind = Literal["text", "json", "object", "list", "geometry", "encoded", "instant", "time", "result"]


@dataclass(frozen=True, slots=True)
class Property:
    """A property: the model's field, its kind, and whether whoever creates the entity must give it.

    `time` may be an instant or an interval, in two fields; `encoded` is a geometry where the encoding is GeoJSON, and
    anything else where it is another; `computed` ones are the server's own.
    """

    field: str
    kind: Kind = "text"
    required: bool = False
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way to another entity, or to many: the model's field (`column`), by what name it leads back, and the `order` in
    which they come where they have one of their own."""

    target: str
    column: str
    back: str
    many: bool = False
    required: bool = False
    order: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity type."""

    name: str
    plural: str
    model: type[models.Model]
    properties: Mapping[str, Property]
    navigations: Mapping[str, Navigation] = field(default_factory=dict)


_NAMED = {"name": Property("name", required=True), "description": Property("description", required=True)}
_OWN = {"properties": Property("properties", "object")}
_SPANNED = {
    "observedArea": Property("observed_area", "geometry"),
    "phenomenonTime": Property("phenomenon_time", "time", computed=True),
    "resultTime": Property("result_time", "time", computed=True),
}
_PARAMETERS = {"taskingParameters": Property("tasking_parameters", "object", required=True)}
_ENCODED = {"encodingType": Property("encoding_type", required=True)}

_ALL = (
    Entity("Thing", "Things", Thing, _NAMED | _OWN, {
        "Locations": Navigation("Location", "locations", "things", many=True),
        "HistoricalLocations": Navigation("HistoricalLocation", "historical_locations", "thing", many=True),
        "Datastreams": Navigation("Datastream", "datastreams", "thing", many=True),
        "MultiDatastreams": Navigation("MultiDatastream", "multi_datastreams", "thing", many=True),
        "TaskingCapabilities": Navigation("TaskingCapability", "tasking_capabilities", "thing", many=True),
    }),
    Entity("Location", "Locations", Location,
           _NAMED | _ENCODED | {"location": Property("location", "encoded", required=True)} | _OWN, {
        "Things": Navigation("Thing", "things", "locations", many=True),
        "HistoricalLocations": Navigation("HistoricalLocation", "historical_locations", "locations", many=True),
    }),
    Entity("HistoricalLocation", "HistoricalLocations", HistoricalLocation,
           {"time": Property("time", "instant", required=True)}, {
        "Thing": Navigation("Thing", "thing", "historical_locations", required=True),
        "Locations": Navigation("Location", "locations", "historical_locations", many=True),
    }),
    Entity("Datastream", "Datastreams", Datastream, _NAMED | {
        "observationType": Property("observation_type", required=True),
        "unitOfMeasurement": Property("unit_of_measurement", "object", required=True),
    } | _SPANNED | _OWN, {
        "Thing": Navigation("Thing", "thing", "datastreams", required=True),
        "Sensor": Navigation("Sensor", "sensor", "datastreams", required=True),
        "ObservedProperty": Navigation("ObservedProperty", "observed_property", "datastreams", required=True),
        "Observations": Navigation("Observation", "observations", "datastream", many=True),
    }),
    Entity("Sensor", "Sensors", Sensor,
           _NAMED | _ENCODED | {"metadata": Property("metadata", "json", required=True)} | _OWN,
           {"Datastreams": Navigation("Datastream", "datastreams", "sensor", many=True),
            "MultiDatastreams": Navigation("MultiDatastream", "multi_datastreams", "sensor", many=True)}),
    Entity("ObservedProperty", "ObservedProperties", ObservedProperty,
           _NAMED | {"definition": Property("definition", required=True)} | _OWN,
           {"Datastreams": Navigation("Datastream", "datastreams", "observed_property", many=True),
            "MultiDatastreams": Navigation("MultiDatastream", "multi_datastreams", "observed_properties", many=True)}),
    Entity("MultiDatastream", "MultiDatastreams", MultiDatastream, _NAMED | {
        "observationType": Property("observation_type", required=True),
        "multiObservationDataTypes": Property("multi_observation_data_types", "list", required=True),
        "unitOfMeasurements": Property("unit_of_measurements", "list", required=True),
    } | _SPANNED | _OWN, {
        "Thing": Navigation("Thing", "thing", "multi_datastreams", required=True),
        "Sensor": Navigation("Sensor", "sensor", "multi_datastreams", required=True),
        "ObservedProperties": Navigation(
            "ObservedProperty", "observed_properties", "multi_datastreams", many=True, order="places__pk"),
        "Observations": Navigation("Observation", "observations", "multi_datastream", many=True),
    }),
    Entity("Observation", "Observations", Observation, {
        "phenomenonTime": Property("phenomenon_time", "time"), "result": Property("result", "result", required=True),
        "resultTime": Property("result_time", "instant"), "resultQuality": Property("result_quality", "json"),
        "validTime": Property("valid_time", "time"), "parameters": Property("parameters", "object"),
    }, {
        "Datastream": Navigation("Datastream", "datastream", "observations"),
        "MultiDatastream": Navigation("MultiDatastream", "multi_datastream", "observations"),
        "FeatureOfInterest": Navigation("FeatureOfInterest", "feature_of_interest", "observations"),
    }),
    Entity("FeatureOfInterest", "FeaturesOfInterest", FeatureOfInterest,
           _NAMED | _ENCODED | {"feature": Property("feature", "encoded", required=True)} | _OWN,
           {"Observations": Navigation("Observation", "observations", "feature_of_interest", many=True)}),
    Entity("Actuator", "Actuators", Actuator,
           _NAMED | _ENCODED | {"metadata": Property("metadata", "json", required=True)} | _OWN,
           {"TaskingCapabilities": Navigation("TaskingCapability", "tasking_capabilities", "actuator", many=True)}),
    Entity("TaskingCapability", "TaskingCapabilities", TaskingCapability, _NAMED | _PARAMETERS | _OWN, {
        "Thing": Navigation("Thing", "thing", "tasking_capabilities", required=True),
        "Actuator": Navigation("Actuator", "actuator", "tasking_capabilities", required=True),
        "Tasks": Navigation("Task", "tasks", "tasking_capability", many=True),
    }),
    Entity("Task", "Tasks", Task, {"creationTime": Property("creation_time", "instant", computed=True)} | _PARAMETERS, {
        "TaskingCapability": Navigation("TaskingCapability", "tasking_capability", "tasks", required=True),
    }),
)  # fmt: skip
ENTITIES: Mapping[str, Entity] = {entity.name: entity for entity in _ALL}
SETS: Mapping[str, Entity] = {entity.plural: entity for entity in _ALL}
TASKING = ("Actuators", "TaskingCapabilities", "Tasks")  # collections of part 2
