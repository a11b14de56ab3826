"""Who is told what over MQTT (OGC 18-088, section 14): topics of a new or changed entity, and what is said there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from django.db.models import Model

from toimiva.capabilities.sensors.reading import Reader, value_of
from toimiva.capabilities.sensors.schema import ENTITIES, Entity
from toimiva.engines.odata.api import Options, QueryError, parse_options

__all__ = ["BASE", "SUBSCRIBED", "Selected", "messages_of"]

BASE = "v1.1"
SUBSCRIBED = (f"{BASE}/Observations", f"{BASE}/+/Observations")  # where observations are created
Message = tuple[str, bytes]
_MOST_SELECTED = 10_000


class Selected:
    """Topics with `$select` that somebody has subscribed to, by the topic without it; 10,000 at most."""

    def __init__(self) -> None:
        self._by_topic: dict[str, dict[str, Options]] = {}
        self._count = 0

    def add(self, topic: str) -> None:
        """Somebody subscribes; a topic without `$select`, or one that cannot be read, needs nothing here."""
        plain, mark, query = topic.partition("?")
        if not mark or not plain.startswith(f"{BASE}/") or len(topic) > 1000:
            return
        try:
            pairs = [tuple(part.partition("=")[::2]) for part in query.split("&")]
            options = parse_options([(name, text) for name, text in pairs])
        except QueryError:
            return
        if options == Options(select=options.select) and self._count < _MOST_SELECTED:
            some = self._by_topic.setdefault(plain, {})
            self._count += topic not in some
            some[topic] = options

    def on(self, topic: str) -> Collection[tuple[str, Options]]:
        """Those on a topic."""
        return self._by_topic.get(topic, {}).items()


def messages_of(
    reader: Reader, entity: Entity, row: Model, changed: Collection[str] | None, selected: Selected
) -> Iterator[Message]:
    """What is published of an entity: new where `changed` is None, else these of its properties have changed."""
    (whole,) = reader.rows(entity, [row], Options())
    payload = _json(whole)
    for topic in _topics(entity, row, new=changed is None):
        yield topic, payload
        for asked, options in selected.on(topic):
            with suppress(QueryError):  # of a property that the entity has not
                (some,) = reader.rows(entity, [row], options)
                yield asked, _json(some)
    for name in changed or ():
        yield f"{BASE}/{entity.plural}({row.pk})/{name}", _json({name: value_of(row, entity.properties[name])})


def _topics(entity: Entity, row: Model, *, new: bool) -> Iterator[str]:
    """Of the collection, of the entity itself, and of the collections that it is in below others."""
    yield f"{BASE}/{entity.plural}"
    if not new:
        yield f"{BASE}/{entity.plural}({row.pk})"
    for navigation in entity.navigations.values():
        target = ENTITIES[navigation.target]
        back = next(name for name, nav in target.navigations.items() if nav.column == navigation.back)
        if target.navigations[back].many:
            for key in _keys(row, navigation.column, many=navigation.many):
                yield f"{BASE}/{target.plural}({key})/{back}"


def _keys(row: Any, column: str, *, many: bool) -> list[int]:
    if many:
        return list(getattr(row, column).values_list("pk", flat=True)[:1000])
    key = getattr(row, f"{column}_id")
    return [] if key is None else [key]


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()
