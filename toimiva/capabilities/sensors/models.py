"""The entities of SensorThings 1.1, sensing and tasking. No personal data: devices, and what they observe of places.

Times are instants in UTC; one that may be an interval has an end, null for an instant. A result is in the column of its
kind, so that it is compared in SQL.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Named(models.Model):
    """What has a name, a description and properties of its own."""

    name = models.TextField()
    description = models.TextField()
    properties = models.JSONField(null=True)

    class Meta:
        abstract = True


GEOJSON = ("application/geo+json", "application/vnd.geo+json")


class Location(Named):
    """Where a thing is or was; `location` is GeoJSON where the encoding says so, else whatever that one has."""

    encoding_type = models.TextField()
    location = models.JSONField()

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, where it is a point."""
        told = self.location
        if not isinstance(told, dict) or told.get("type") != "Point" or len(told.get("coordinates", ())) < 2:
            return None
        x, y = told["coordinates"][:2]
        return float(x), float(y)


class Thing(Named):
    """Something of the city that can be observed, with where it is now."""

    locations = models.ManyToManyField(Location, related_name="things")


class HistoricalLocation(models.Model):
    """Where a thing was from a time on."""

    time = models.DateTimeField()
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="historical_locations")
    locations = models.ManyToManyField(Location, related_name="historical_locations")


class Sensor(Named):
    """A device or procedure that observes."""

    encoding_type = models.TextField()
    metadata = models.JSONField()


class ObservedProperty(Named):
    """What is observed, by a definition that others know too."""

    definition = models.TextField()


class Stream(Named):
    """What observations belong to; its times span theirs, and its area what they are of. `latest` is the number of the
    newest, kept at hand; `seen_feature` that of the feature of interest that was last found to be within the area."""

    observation_type = models.TextField()
    observed_area = models.JSONField(null=True)
    phenomenon_time = models.DateTimeField(null=True)
    phenomenon_time_end = models.DateTimeField(null=True)
    result_time = models.DateTimeField(null=True)
    result_time_end = models.DateTimeField(null=True)
    latest = models.BigIntegerField(null=True)
    latest_time = models.DateTimeField(null=True)
    seen_feature = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class Datastream(Stream):
    """Observations of one property by one sensor for one thing."""

    unit_of_measurement = models.JSONField()
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="datastreams")
    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="datastreams")
    observed_property = models.ForeignKey(ObservedProperty, on_delete=models.CASCADE, related_name="datastreams")


class MultiDatastream(Stream):
    """Observations of several properties at once: a result is a list, a value for each (OGC 18-088, section 8.3)."""

    multi_observation_data_types = models.JSONField()
    unit_of_measurements = models.JSONField()
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="multi_datastreams")
    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="multi_datastreams")
    observed_properties = models.ManyToManyField(
        ObservedProperty, related_name="multi_datastreams", through="PropertyOfSeveral"
    )


class PropertyOfSeveral(models.Model):
    """A property of a stream of several: in the order of its units and results, perhaps more than once."""

    multi_datastream = models.ForeignKey(MultiDatastream, on_delete=models.CASCADE, related_name="places")
    observed_property = models.ForeignKey(ObservedProperty, on_delete=models.CASCADE, related_name="places")


class FeatureOfInterest(Named):
    """What an observation is of; where none is named, the place of the thing. `made_of` is that location."""

    encoding_type = models.TextField()
    feature = models.JSONField()
    made_of = models.ForeignKey(Location, on_delete=models.SET_NULL, null=True, related_name="+")


class Observation(models.Model):
    """A result of a datastream at a time: a number, a text, or anything else as JSON.

    The database does not check what a row points at: that would be most of the time of a COPY. `spans.widen` locks the
    stream in the same transaction, and `writing.delete` locks it before it takes what is below.
    """

    phenomenon_time = models.DateTimeField()
    phenomenon_time_end = models.DateTimeField(null=True)
    result_time = models.DateTimeField(null=True)
    valid_time = models.DateTimeField(null=True)
    valid_time_end = models.DateTimeField(null=True)
    result_number = models.FloatField(null=True)
    result_text = models.TextField(null=True)
    result_json = models.JSONField(null=True)
    result_quality = models.JSONField(null=True)
    parameters = models.JSONField(null=True)
    datastream = models.ForeignKey(
        Datastream,
        on_delete=models.CASCADE,
        null=True,
        related_name="observations",
        db_index=False,
        db_constraint=False,
    )
    multi_datastream = models.ForeignKey(
        MultiDatastream,
        on_delete=models.CASCADE,
        null=True,
        related_name="observations",
        db_index=False,
        db_constraint=False,
    )
    feature_of_interest = models.ForeignKey(
        FeatureOfInterest, on_delete=models.CASCADE, related_name="observations", db_constraint=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["datastream", "phenomenon_time"]),
            models.Index(
                fields=["multi_datastream", "phenomenon_time"],
                name="observation_of_several",
                condition=Q(multi_datastream__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(datastream=None) ^ Q(multi_datastream=None), name="observation_of_one_stream"
            )
        ]


class Actuator(Named):
    """A device that can be told to act."""

    encoding_type = models.TextField()
    metadata = models.JSONField()


class TaskingCapability(Named):
    """What an actuator can do for a thing, with the parameters that a task may have (a DataRecord of SWE Common)."""

    tasking_parameters = models.JSONField()
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="tasking_capabilities")
    actuator = models.ForeignKey(Actuator, on_delete=models.CASCADE, related_name="tasking_capabilities")


class Task(models.Model):
    """What an actuator was told to do, and when."""

    creation_time = models.DateTimeField(auto_now_add=True)
    tasking_parameters = models.JSONField()
    tasking_capability = models.ForeignKey(TaskingCapability, on_delete=models.CASCADE, related_name="tasks")


class Change(models.Model):
    """An entity other than an observation is new or has changed in these properties; told over MQTT, kept for a day."""

    entity = models.CharField(max_length=30)
    key = models.BigIntegerField()
    new = models.BooleanField()
    properties = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)


class BridgeState(models.Model):
    """How the bridge to the MQTT broker stands: since when it is connected or not, and counts since it began.

    It has told observations after `first_observation` up to `last_observation`, and changes up to `last_change`.
    """

    broker = models.TextField(blank=True)
    connected = models.BooleanField(default=False)
    since = models.DateTimeField()
    taken = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)
    first_observation = models.BigIntegerField()
    last_observation = models.BigIntegerField()
    last_change = models.BigIntegerField()


class Hour(models.Model):
    """What a datastream's numbers were in an hour of UTC, made from its observations, and again when they change."""

    datastream = models.ForeignKey(Datastream, on_delete=models.CASCADE, related_name="hours", db_constraint=False)
    hour = models.DateTimeField()
    count = models.IntegerField()
    total = models.FloatField()
    lowest = models.FloatField()
    highest = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["datastream", "hour"], name="hour_once")]


class Archived(models.Model):
    """A part of the lake's observations: a city's of a month, from `start` until before `end`; read once it is done."""

    city = models.CharField(max_length=40)
    start = models.DateTimeField()
    end = models.DateTimeField()
    count = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["start", "end"])]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "start"], condition=Q(done=False), name="one_part_of_a_month_at_once"
            )
        ]


class StaleHour(models.Model):
    """A mark that an hour of a datastream has to be made again: one of each write, so that none waits for another."""

    datastream = models.BigIntegerField()
    hour = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["datastream"], name="stale_of_stream")]
