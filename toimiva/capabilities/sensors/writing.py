"""What is taken: entities created with all below them, changed and deleted, in one transaction each.

Source: OGC 18-088, section 10. Whatever is wrong with a body is told with the property's name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeGuard

from django.db import transaction
from django.db.models import Model

from toimiva.capabilities.sensors.models import (
    GEOJSON,
    Change,
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    MultiDatastream,
    Observation,
    ObservedProperty,
    Task,
    TaskingCapability,
    Thing,
)
from toimiva.capabilities.sensors.rollups import mark_stale
from toimiva.capabilities.sensors.schema import ENTITIES, Entity, Navigation
from toimiva.capabilities.sensors.spans import Span, narrow, widen
from toimiva.capabilities.sensors.tasking import check_capability, check_task
from toimiva.capabilities.sensors.values import fields_of, values_of, wrong
from toimiva.core.errors import Invalid, NotFound

__all__ = ["change", "create", "delete", "feature_of", "hold", "linked", "place_of"]

Body = Mapping[str, Any]
_OWN = ("@iot.id", "@iot.selfLink", "id")
_DEEPEST = 8


def create(entity: Entity, body: object, *, within: Mapping[str, Model] | None = None) -> Any:
    """An entity with all that its body has below it. `within` are navigations that the address has given.

    Raises Invalid for a body that is not as the standard says, NotFound for a link to nothing.
    """
    with transaction.atomic():
        return _create(entity, body, dict(within or {}), 0)


def _create(entity: Entity, body: object, within: dict[str, Model], depth: int) -> Any:
    if depth > _DEEPEST:
        raise Invalid(what=f"Entities may be {_DEEPEST} deep in one another.", mend="Create them one after another.")
    told = _object(entity, body)
    values = values_of(entity, told)
    ones, many = _links(entity, told, within, depth)
    missing = [n for n, nav in entity.navigations.items() if nav.required and n not in ones]
    if missing:
        raise wrong(entity, missing[0], "is missing", 'Link it by {"@iot.id": 1}, or send it whole.')
    _fill(entity, ones)
    row = entity.model._default_manager.create(
        **values, **{entity.navigations[n].column: one for n, one in ones.items()}
    )
    for name, found in many.items():
        _below(entity, row, name, found, depth)
    _after(row, many)
    _note(entity, row, None)
    return row


def _note(entity: Entity, row: Any, properties: list[str] | None) -> None:
    """Remember a change for those who follow by MQTT; what is new of observations is seen by their numbers."""
    if properties is None and entity.name == "Observation":
        return
    change = Change.objects.create(entity=entity.name, key=row.pk, new=properties is None, properties=properties or [])
    if change.pk % 100 == 0:
        Change.objects.filter(at__lt=dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).delete()


def _object(entity: Entity, body: object) -> Body:
    if not isinstance(body, dict):
        raise Invalid(what=f"A {entity.name} is a JSON object.", mend="Send it as in the standard, section 8.2.")
    known = {*entity.properties, *entity.navigations, *_OWN, *(f"{n}@iot.navigationLink" for n in entity.navigations)}
    unknown = sorted(name for name in body if name not in known)
    if unknown:
        raise wrong(
            entity, unknown[0][:60], "is unknown", f"Use {', '.join((*entity.properties, *entity.navigations))}."
        )
    return body


def _links(
    entity: Entity, told: Body, within: dict[str, Model], depth: int
) -> tuple[dict[str, Model], dict[str, list[Any]]]:
    """Entities that this one leads to: single ones found or created now, many to be linked after it is there."""
    ones, many = {n: one for n, one in within.items() if not entity.navigations[n].many}, {}
    for name, navigation in entity.navigations.items():
        if name not in told:
            continue
        if not navigation.many:
            if name in within and told[name] != {"@iot.id": within[name].pk}:
                raise wrong(entity, name, "is another than the address names", "Leave it out, or post it elsewhere.")
            ones[name] = _linked(navigation, told[name], depth)
        elif isinstance(told[name], list):
            many[name] = told[name]
        elif isinstance(told[name], dict) and name == "Locations":
            many[name] = [told[name]]
        else:
            raise wrong(entity, name, "must be a list", 'Send a list of entities or of {"@iot.id": 1}.')
    for name, one in within.items():
        if entity.navigations[name].many:
            many.setdefault(name, []).append(one)
    return ones, many


def _linked(navigation: Navigation, value: object, depth: int) -> Any:
    """An entity that is there, by its id, whatever else is told of it; or a new one, which has none yet."""
    target = ENTITIES[navigation.target]
    return linked(target, value) if _is_link(value) else _create(target, value, {}, depth + 1)


def linked(target: Entity, link: Mapping[str, Any]) -> Any:
    """The entity that a link names by its id. Raises NotFound."""
    key = link["@iot.id"]
    found = target.model._default_manager.filter(pk=key).first() if _is_id(key) else None
    if found is None:
        raise NotFound(what=f"There is no {target.plural}({str(key)[:20]}).", mend="Create it first.")
    return found


def _is_link(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and "@iot.id" in value


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _fill(entity: Entity, ones: dict[str, Model]) -> None:
    """What the server adds: what an observation is of, where nobody says."""
    if entity.name != "Observation":
        return
    stream = _stream_of(ones)
    if "FeatureOfInterest" not in ones:
        ones["FeatureOfInterest"] = feature_of(stream)


def _stream_of(ones: Mapping[str, Model]) -> Datastream | MultiDatastream:
    """The one stream of an observation. Raises Invalid for none or two."""
    found = [one for one in ones.values() if isinstance(one, Datastream | MultiDatastream)]
    if len(found) != 1:
        raise Invalid(
            what="Observation: Datastream is missing, or there is a MultiDatastream too.",
            mend='Link one of them by {"@iot.id": 1}, or post it below it.',
        )
    return found[0]


def feature_of(stream: Datastream | MultiDatastream) -> FeatureOfInterest:
    """What a stream's observations are of, where nobody says: what was made of the first of its thing's locations,
    which is found at once for most, else what is made now. Raises Invalid where the thing has none."""
    known = FeatureOfInterest.objects.filter(made_of__things=stream.thing_id).order_by("made_of", "pk").first()
    return known or place_of(stream.thing)


def place_of(thing: Thing) -> FeatureOfInterest:
    """The thing's place as a feature of interest, made once of each location. Raises Invalid where it has none."""
    places = thing.locations.order_by("pk")
    place = places.filter(encoding_type__in=GEOJSON).first() or places.first()
    if place is None:
        raise Invalid(
            what="Observation: FeatureOfInterest is missing, and the thing has no location to make it of.",
            mend="Send one, or give the thing a location.",
        )
    found = FeatureOfInterest.objects.filter(made_of=place).first()
    same = {name: getattr(place, name) for name in ("name", "description", "properties", "encoding_type")}
    if found is None:
        found = FeatureOfInterest.objects.create(**same, feature=place.location, made_of=place)
        _note(ENTITIES["FeatureOfInterest"], found, None)
    return found


def _below(entity: Entity, row: Any, name: str, items: list[Any], depth: int) -> None:
    navigation = entity.navigations[name]
    target = ENTITIES[navigation.target]
    back = next(n for n, nav in target.navigations.items() if nav.column == navigation.back)
    to_many = target.navigations[back].many
    for item in items:
        if isinstance(item, Model) or to_many:
            _tie(row, navigation.column, item if isinstance(item, Model) else _linked(navigation, item, depth))
        elif _is_link(item):
            other = _linked(navigation, item, depth)
            setattr(other, navigation.back, row)
            other.save()
        else:
            _create(target, item, {back: row}, depth + 1)


def _tie(row: Any, column: str, other: Model) -> None:
    """Link two of which each may have many; a stream of several may have the same property twice."""
    if isinstance(row, MultiDatastream) and column == "observed_properties":
        row.places.create(observed_property_id=other.pk)
    else:
        getattr(row, column).add(other)


def _after(row: Model, many: Mapping[str, list[Any]]) -> None:
    """What follows from a new or changed entity."""
    if isinstance(row, Thing | Location | HistoricalLocation):
        _places(row, many)
    elif isinstance(row, MultiDatastream):
        _even(row)
    elif isinstance(row, ObservedProperty) and "MultiDatastreams" in many:
        for stream in row.multi_datastreams.all():
            _even(stream)
    elif isinstance(row, TaskingCapability):
        check_capability(row.tasking_parameters)
    elif isinstance(row, Task):
        check_task(row.tasking_capability.tasking_parameters, row.tasking_parameters)
    elif isinstance(row, Observation):
        _fits(row)
        _widen(row)


def _places(row: Thing | Location | HistoricalLocation, many: Mapping[str, list[Any]]) -> None:
    """Where things are, and that they were there (OGC 18-088, section 10.2)."""
    if isinstance(row, Thing) and "Locations" in many:
        _moved(row)
    elif isinstance(row, Location) and "Things" in many:
        for thing in row.things.all():
            thing.locations.set([row])
            _moved(thing)
    elif isinstance(row, HistoricalLocation):
        _was_there(row)


def _moved(thing: Thing) -> None:
    """A thing is somewhere else from now on."""
    was = HistoricalLocation.objects.create(thing=thing, time=dt.datetime.now(dt.UTC))
    was.locations.set(thing.locations.all())
    _note(ENTITIES["HistoricalLocation"], was, None)


def _was_there(row: HistoricalLocation) -> None:
    """The newest of a thing's places is where it is now."""
    if not HistoricalLocation.objects.filter(thing=row.thing, time__gt=row.time).exists():
        row.thing.locations.set(row.locations.all())


def _even(row: MultiDatastream) -> None:
    """As many units and types as properties (OGC 18-088, table 21)."""
    counts = {len(row.unit_of_measurements), len(row.multi_observation_data_types), row.observed_properties.count()}
    if len(counts) > 1:
        raise Invalid(
            what="MultiDatastream: there are not as many units and data types as ObservedProperties.",
            mend="Give one of each for every property, in the same order.",
        )


def _fits(row: Observation) -> None:
    """A value for each property of a stream of several. Raises Invalid."""
    if row.multi_datastream is not None:
        count = len(row.multi_datastream.unit_of_measurements)
        if not isinstance(row.result_json, list) or len(row.result_json) != count:
            raise Invalid(
                what=f"Observation: result must be a list of {count}.", mend="Give a value for each property, or null."
            )


def _stream(row: Observation) -> Datastream | MultiDatastream:
    found = row.datastream or row.multi_datastream
    assert found is not None  # noqa: S101 - the database holds it
    return found


def _widen(row: Observation) -> None:
    """A datastream's times span those of its observations."""
    results = (row.result_time, row.result_time) if row.result_time else None
    phenomena = (row.phenomenon_time, row.phenomenon_time_end or row.phenomenon_time)
    widen(_stream(row), Span(phenomena, results, (row.phenomenon_time, row.pk), [row.feature_of_interest_id]))
    _mark(row)


def _mark(row: Observation) -> None:
    if row.datastream_id is not None:
        mark_stale(row.datastream_id, [row.phenomenon_time])


def change(entity: Entity, row: Any, body: object, *, whole: bool) -> Any:
    """Change what the body has; with `whole` (PUT), what it has not is as if it had never been given."""
    with transaction.atomic():
        told = _object(entity, body)
        _links_only(entity, told)
        hold(entity, row.pk)
        values = fields_of(entity, told, whole=whole)
        ones, many = _links(entity, told, {}, 0)
        before = _stream(row) if isinstance(row, Observation) else None
        if before is not None:
            _mark(row)
        if whole:
            values = {**_empty(entity), **values}
        if before is not None:
            _stays_observed(values, ones)
        for name, value in values.items():
            setattr(row, name, value)
        for name, one in ones.items():
            setattr(row, entity.navigations[name].column, one)
        row.save()
        for name, items in many.items():
            if name == "Locations":
                getattr(row, entity.navigations[name].column).clear()
            _below(entity, row, name, items, 0)
        _after(row, many)
        for stream in {before, _stream(row)} if before is not None else ():
            narrow(stream)
        _note(entity, row, sorted(told.keys() & entity.properties.keys()))
    return row


def hold(entity: Entity, key: int) -> Any:
    """The row as it is now: until the caller's commit nobody else changes it, takes it away or moves it into the lake.

    Raises NotFound where it is gone.
    """
    row = entity.model._default_manager.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound(what=f"There is no {entity.plural}({key}) any more.", mend="Read the collection again.")
    return row


def _links_only(entity: Entity, told: Body) -> None:
    """A change binds entities that are there, and makes and changes none (OGC 18-088, section 10.3)."""
    for name in told.keys() & entity.navigations.keys():
        for one in told[name] if isinstance(told[name], list) else [told[name]]:
            if not _is_link(one):
                raise wrong(entity, name, "is not a link", 'In a change give {"@iot.id": 1}; create entities first.')


def _stays_observed(values: dict[str, Any], ones: dict[str, Any]) -> None:
    """A changed observation has a time still, and one stream: another takes the place of the one it had."""
    if values.get("phenomenon_time", True) is None:
        mend = "Give a time, or leave it as it is."
        raise wrong(ENTITIES["Observation"], "phenomenonTime", "must not be null", mend)
    if {"Datastream", "MultiDatastream"} & ones.keys():
        _stream_of(ones)
        ones.setdefault("Datastream", None)
        ones.setdefault("MultiDatastream", None)


def _empty(entity: Entity) -> dict[str, Any]:
    names = [rule.field for rule in entity.properties.values() if not rule.required and not rule.computed]
    return dict.fromkeys(name for name in names if name not in ("phenomenon_time", "observed_area"))


def delete(entity: Entity, row: Any) -> None:
    """Delete it with what cannot be without it (OGC 18-088, table 26)."""
    with transaction.atomic():
        for streams in ("datastreams", "multi_datastreams"):
            if hasattr(row, streams):  # nothing is stored in them while they go
                list(getattr(row, streams).select_for_update())
        if isinstance(row, Datastream | MultiDatastream):
            type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
        if isinstance(row, ObservedProperty):
            row.multi_datastreams.all().delete()
        if isinstance(row, Location):
            row.historical_locations.all().delete()
        stream = (row.datastream or row.multi_datastream) if isinstance(row, Observation) else None
        if isinstance(row, Observation):
            _mark(row)
        row.delete()
        if stream is not None:
            narrow(stream)
