"""What is told: entities as JSON, with links, pages, and what was asked to come along."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from toimiva.capabilities.sensors.models import Observation
from toimiva.capabilities.sensors.querying import condition, crosses_many, ordering
from toimiva.capabilities.sensors.schema import ENTITIES, Entity, Navigation, Property
from toimiva.capabilities.sensors.times import write_time
from toimiva.engines.odata.api import Expand, Options, Path, QueryError

__all__ = ["ESTIMATE", "MOST", "Reader", "chosen", "value_of"]

USUAL, MOST = 100, 1000
ESTIMATE = ("estimateCount", "true")  # an option of our own
MOST_ALONG = 50_000  # entities that come along in one answer
Row = dict[str, Any]


def value_of(row: Any, found: Property) -> Any:
    """A property's value as JSON."""
    return _getter(found)(row)


def _getter(found: Property) -> Callable[[Any], Any]:
    """How a property's value is got of any row."""
    get: Callable[[Any], Any] = _result if found.kind == "result" else attrgetter(found.field)
    match found.kind:
        case "instant":
            return lambda row: write_time(get(row))
        case "time":
            end = attrgetter(f"{found.field}_end")
            return lambda row: write_time(get(row), end(row))
    return get


def _result(row: Any) -> Any:
    """A whole number that no float holds stands as JSON too."""
    if row.result_number is not None and row.result_json is None:
        return (
            int(row.result_number)
            if row.result_number.is_integer() and abs(row.result_number) < 2**53
            else row.result_number
        )
    return row.result_text if row.result_text is not None else row.result_json


def chosen(entity: Entity, rows: QuerySet[Any], options: Options) -> QuerySet[Any]:
    """Those that a filter lets through, each once. Raises QueryError."""
    if options.filter is None:
        return rows
    wanted = condition(entity, options.filter)
    if crosses_many(entity, options.filter):
        return rows.filter(pk__in=entity.model._default_manager.filter(wanted).values("pk"))
    return rows.filter(wanted)


@dataclass(frozen=True)
class Reader:
    """Writes entities with links below `base`, the address of the service; one reader writes one answer."""

    base: str
    _told: list[int] = field(default_factory=lambda: [0])

    def link(self, entity: Entity, row: Any) -> str:
        """An entity's own address."""
        return f"{self.base}/{entity.plural}({row.id})"

    def page(
        self, entity: Entity, rows: QuerySet[Any], options: Options, asked: Sequence[tuple[str, str]], address: str
    ) -> Row:
        """A page of a collection, and the way to the next. `asked` are the options as they were written, with
        ESTIMATE where an estimated count is enough."""
        _check(entity, options)
        found = chosen(entity, rows, options)
        top = min(USUAL if options.top is None else options.top, MOST)
        told: Row = _count(found, estimated=ESTIMATE in asked) if options.count else {}
        usual = () if options.order else rows.query.order_by
        ordered = found.order_by(*(usual or ordering(entity, options.order)))[options.skip : options.skip + top + 1]
        some: list[Any] = list(_light(entity, ordered, options))
        if len(some) > top and top > 0:
            told["@iot.nextLink"] = self._next(asked, address, options.skip + top, top)
        if options.result_format == "dataArray":
            return told | {"value": self._data_arrays(entity, some[:top], options)}
        return told | {"value": self.rows(entity, some[:top], options)}

    def _next(self, asked: Sequence[tuple[str, str]], address: str, skip: int, top: int) -> str:
        kept = [(name, text) for name, text in asked if name not in ("$skip", "$top", "skip", "top")]
        options = [*kept, ("$top", str(top)), ("$skip", str(skip))]
        return f"{address}?" + "&".join(
            f"{quote(name, safe='$')}={quote(text, safe='$(),/=;')}" for name, text in options
        )

    def rows(self, entity: Entity, rows: Sequence[Any], options: Options, *, along: bool = False) -> list[Row]:
        """Entities as JSON, with what is expanded fetched for all of them at once. What only comes `along` has no links
        to others but those that were selected."""
        _check(entity, options)
        self._count(len(rows))
        getters = _getters(entity.name, options.select)
        told = [self._row(entity, row, options.select, getters, linked=not along) for row in rows]
        for expand in options.expand:
            navigation = entity.navigations[expand.navigation]
            below = self._expanded(navigation, rows, expand.options)
            for row, one in zip(rows, told, strict=True):
                one |= self._placed(expand, navigation, below.get(row.id), self.link(entity, row))
        return told

    def _count(self, more: int) -> None:
        """Raises QueryError for an answer that would have no end."""
        self._told[0] += more
        if self._told[0] > MOST_ALONG:
            raise QueryError(f"More than {MOST_ALONG} entities would come along; ask for fewer by $top in $expand.")

    def _row(
        self, entity: Entity, row: Any, select: tuple[str, ...], getters: Sequence[_Getter], *, linked: bool
    ) -> Row:
        own = self.link(entity, row)
        told: Row = {}
        if not select or {"id", "@iot.id"} & {*select}:
            told["@iot.id"] = row.id
        if not select:
            told["@iot.selfLink"] = own
        for name, get, always in getters:
            value = get(row)
            if value is not None or always:
                told[name] = value
        for name, key in _links(entity.name, entity.name == "Observation" and bool(row.datastream_id)):
            if name in select or (linked and not select):
                told[key] = f"{own}/{name}"
        return told

    def _placed(self, expand: Expand, navigation: Navigation, found: Row | None, own: str) -> Row:
        name = expand.navigation
        if not navigation.many:
            return {name: found["value"][0]} if found and found["value"] else {}
        found = found or {"value": [], "count": 0}
        told: Row = {name: found["value"]}
        if expand.options.count:
            told[f"{name}@iot.count"] = found["count"]
        if found.get("more"):
            options = expand.options
            top = min(USUAL if options.top is None else options.top, MOST)
            told[f"{name}@iot.nextLink"] = f"{own}/{name}?$top={top}&$skip={options.skip + top}"
        return told

    def _expanded(self, navigation: Navigation, rows: Sequence[Any], options: Options) -> Mapping[int, Row]:
        """What is below each row: a page of it, counted where that is asked."""
        target = ENTITIES[navigation.target]
        _check(target, options)
        if not navigation.many:
            return self._single(target, navigation, rows, options)
        if _newest_only(options) and navigation.back in ("datastream", "multi_datastream") and rows:
            return self._newest(navigation, rows, options)
        parent = _parent(target, navigation.back)
        all_below = chosen(target, target.model._default_manager.all(), options)
        below = all_below.filter(**{f"{navigation.back}__in": [row.id for row in rows]}).annotate(_parent=F(parent))
        *given, last = ordering(target, options.order)
        orders = [*given, F("id").desc() if last == "-id" else F("id").asc()]
        if navigation.order and not options.order:
            orders = [F(navigation.order)]
        top = min(USUAL if options.top is None else options.top, MOST)
        counted = below.annotate(_place=Window(RowNumber(), partition_by=[F(parent)], order_by=orders))
        some = counted.filter(_place__gt=options.skip, _place__lte=options.skip + top + 1).order_by("_parent", "_place")
        groups: dict[int, list[Any]] = defaultdict(list)
        seen: set[tuple[int, int]] = set()  # one that is linked twice is told once, but in an order of its own
        for row in some[: MOST_ALONG + 1]:
            if navigation.order or (row._parent, row.id) not in seen:
                groups[row._parent].append(row)
                seen.add((row._parent, row.id))
        flat = [row for group in groups.values() for row in group[:top]]
        told = iter(self.rows(target, flat, options, along=True))
        number = Count("pk", distinct=not navigation.order)
        counts = dict(below.values_list("_parent").annotate(n=number).order_by()) if options.count else {}
        return {
            key: {
                "value": [next(told) for _ in groups[key][:top]], "count": counts.get(key, 0),
                "more": len(groups[key]) > top,
            }
            for key in [*groups, *(counts.keys() - groups.keys())]
        }  # fmt: skip

    def _newest(self, navigation: Navigation, rows: Sequence[Any], options: Options) -> Mapping[int, Row]:
        """The newest observation of each stream, which is kept at hand: no stream is searched for it."""
        target = ENTITIES[navigation.target]
        keys = {row.id: row.latest for row in rows if row.latest is not None}
        found: list[Any] = list(_light(target, Observation.objects.filter(pk__in=keys.values()), options))
        told = dict(zip((row.id for row in found), self.rows(target, found, options, along=True), strict=True))
        at_once = [row.id for row in rows if row.id in keys and row.phenomenon_time == row.latest_time]
        others = Observation.objects.filter(**{f"{navigation.back}__in": at_once}).exclude(pk__in=keys.values())
        more = {row.id for row in rows if row.phenomenon_time != row.latest_time}
        more |= {*others.values_list(f"{navigation.back}_id", flat=True).distinct()}
        return {key: {"value": [told[newest]], "more": key in more} for key, newest in keys.items() if newest in told}

    def _single(
        self, target: Entity, navigation: Navigation, rows: Sequence[Any], options: Options
    ) -> Mapping[int, Row]:
        keys = {row.id: getattr(row, f"{navigation.column}_id") for row in rows}
        wanted = target.model._default_manager.filter(pk__in={*keys.values()})
        found: list[Any] = list(_light(target, wanted, options))
        told = dict(zip((row.id for row in found), self.rows(target, found, options, along=True), strict=True))
        return {key: {"value": [told[other]]} for key, other in keys.items() if other in told}

    def _data_arrays(self, entity: Entity, rows: Sequence[Any], options: Options) -> list[Row]:
        """Observations as arrays, by datastream (OGC 18-088, section 11.1)."""
        if entity.name != "Observation" or options.expand:
            raise QueryError("resultFormat=dataArray is for Observations, without $expand.")
        names = [name for name in options.select or ("id", *entity.properties) if name != "@iot.id"]
        getters = [attrgetter("id") if name == "id" else _getter(entity.properties[name]) for name in names]
        groups: dict[tuple[str, int], list[list[Any]]] = defaultdict(list)
        for row in rows:
            stream = (
                ("Datastream", row.datastream_id) if row.datastream_id else ("MultiDatastream", row.multi_datastream_id)
            )
            groups[stream].append([get(row) for get in getters])
        return [
            {
                f"{kind}@iot.navigationLink": f"{self.base}/{kind}s({key})", "components": names,
                "dataArray@iot.count": len(values), "dataArray": values,
            }
            for (kind, key), values in groups.items()
        ]  # fmt: skip


def _count(rows: QuerySet[Any], *, estimated: bool) -> Row:
    """How many there are; by PostgreSQL's own statistics, and marked so, where an estimate was asked for."""
    if not estimated or connection.vendor != "postgresql":
        return {"@iot.count": rows.count()}
    (plan,) = json.loads(rows.explain(format="json"))
    return {"@iot.count": int(plan["Plan"]["Plan Rows"]), "@iot.countIsEstimated": True}


def _light(entity: Entity, rows: QuerySet[Any], options: Options) -> QuerySet[Any]:
    """Rows to be told: the columns alone that are asked for, which takes half as long as whole objects, or less."""
    columns = [column.attname for column in entity.model._meta.concrete_fields]
    needed = {*columns} if not options.select else _needed(entity, options)
    return rows.values_list(*(name for name in columns if name in needed), named=True)


def _needed(entity: Entity, options: Options) -> set[str]:
    """Columns of what is selected, and of what links and expansions are found by."""
    needed = {"id", "datastream_id", "multi_datastream_id", "latest", "latest_time", "phenomenon_time"}
    needed |= {f"{entity.navigations[one.navigation].column}_id" for one in options.expand}
    for found in (entity.properties[name] for name in options.select if name in entity.properties):
        result = {"result_number", "result_text", "result_json"} if found.kind == "result" else set()
        needed |= {found.field, f"{found.field}_end"} | result
    return needed


_Getter = tuple[str, Callable[[Any], Any], bool]  # a property's name, how to get it, whether null is told too


@cache
def _links(entity: str, of_one: bool) -> Sequence[tuple[str, str]]:
    """Navigations with the names of their links. An observation is of one stream: the other way leads nowhere."""
    nowhere = ("MultiDatastream" if of_one else "Datastream") if entity == "Observation" else ""
    return [(name, f"{name}@iot.navigationLink") for name in ENTITIES[entity].navigations if name != nowhere]


@lru_cache(maxsize=500)
def _getters(entity_name: str, select: tuple[str, ...]) -> Sequence[_Getter]:
    entity = ENTITIES[entity_name]
    wanted = {name: found for name, found in entity.properties.items() if not select or name in select}
    return [(name, _getter(found), found.required or name == "resultTime") for name, found in wanted.items()]


def _newest_only(options: Options) -> bool:
    """Whether it is asked for the newest observation alone."""
    order = options.order
    newest_first = len(order) == 1 and order[0].descending and order[0].by == Path(("phenomenonTime",))
    return newest_first and options.top == 1 and not (options.filter or options.skip or options.count)


def _parent(target: Entity, back: str) -> str:
    field = target.model._meta.get_field(back)
    return f"{back}__id" if field.many_to_many else f"{back}_id"


def _check(entity: Entity, options: Options) -> None:
    """Names that the entity has not. Raises QueryError."""
    for name in options.select:
        if name not in entity.properties and name not in entity.navigations and name not in ("id", "@iot.id"):
            raise QueryError(f"{entity.name} has no property {name!r}; it has {', '.join(_all_names(entity))}.")
    for expand in options.expand:
        if expand.navigation not in entity.navigations:
            raise QueryError(
                f"{entity.name} does not lead to {expand.navigation!r}, but to {', '.join(entity.navigations)}."
            )
    if options.result_format not in ("", "dataArray"):
        raise QueryError(f"There is no resultFormat {options.result_format[:20]!r}; use dataArray.")


def _all_names(entity: Entity) -> Iterator[str]:
    yield from ("id", *entity.properties, *entity.navigations)
