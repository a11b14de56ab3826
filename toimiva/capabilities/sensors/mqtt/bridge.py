"""Between the broker and the store: observations are taken from topics, what is new or changed is told on them.

A message is acknowledged once what it made is committed, so that a stop at any point loses none (QoS 1, a session that
the broker keeps). What has been told is remembered: after a time without the broker, or without the bridge, it goes on
from there. Its state is a row that anyone can look at.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion

from toimiva.capabilities.sensors.models import BridgeState, Change, Observation
from toimiva.capabilities.sensors.mqtt.taking import Came, take
from toimiva.capabilities.sensors.mqtt.topics import SUBSCRIBED, Selected, messages_of
from toimiva.capabilities.sensors.reading import Reader
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.core.errors import Unavailable

__all__ = ["Bridge", "state"]

log = logging.getLogger("toimiva.sensors.mqtt")
_LOG_TOPIC = "$SYS/broker/log/M/subscribe"  # mosquitto tells there who subscribes to what
_AT_ONCE, _MOST_ON_THE_WAY = 2000, 20_000
_PAUSE = 0.05
_OBSERVATION = ENTITIES["Observation"]


@dataclass(frozen=True, slots=True)
class _Waiting:
    came: Came
    mid: int
    qos: int


class Bridge:
    """One connection to a broker at `mqtt://[user:password@]host[:port]`."""

    def __init__(self, address: str, *, selected: Selected | None = None) -> None:
        self.address = urlsplit(address)
        self.selected = selected or Selected()
        self._waiting: deque[_Waiting] = deque()
        self._connected = threading.Event()
        self._taken = self._refused = self._told = self._heard = 0
        self._seen: set[int] = set()
        self._client = self._made()

    def _made(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id="toimiva-bridge", clean_session=False, manual_ack=True
        )
        client.max_queued_messages_set(0)  # no limit: no more is told while much is on its way
        client.max_inflight_messages_set(1000)
        client.reconnect_delay_set(1, 30)
        if self.address.username:
            client.username_pw_set(self.address.username, self.address.password)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_message, client.on_subscribe = self._on_message, self._on_subscribe
        client.on_publish = self._on_publish
        return client

    def _on_connect(self, client: paho.Client, *_: Any) -> None:
        client.subscribe([(topic, 1) for topic in (*SUBSCRIBED, _LOG_TOPIC)])

    def _on_subscribe(self, *_: Any) -> None:
        self._connected.set()

    def _on_publish(self, *_: Any) -> None:
        self._heard += 1

    def _on_disconnect(self, *_: Any) -> None:
        self._connected.clear()

    def _on_message(self, client: paho.Client, _: Any, message: paho.MQTTMessage) -> None:
        if message.topic == _LOG_TOPIC:
            self.selected.add(message.payload.decode("utf-8", "replace").rpartition(" ")[2])
            client.ack(message.mid, message.qos)
            return
        self._waiting.append(
            _Waiting(Came(message.topic, bytes(message.payload), message.dup), message.mid, message.qos)
        )

    def run(self, stop: Callable[[], bool]) -> None:
        """Until told to stop. Raises Unavailable where the broker cannot be reached at first."""
        row = state()
        told = Observation.objects.filter(pk__gt=row.last_observation - 1000, pk__lte=row.last_observation)
        self._seen = set(told.values_list("pk", flat=True))
        try:
            self._client.connect(self.address.hostname or "127.0.0.1", self.address.port or 1883, keepalive=30)
        except OSError as error:
            mend = "Start it, or mend TOIMIVA_MQTT."
            raise Unavailable(what="The MQTT broker cannot be reached.", why=str(error), mend=mend) from error
        self._client.loop_start()
        try:
            while not stop():
                close_old_connections()
                if not self._turn(row):
                    time.sleep(_PAUSE)
        finally:
            self._client.loop_stop()
            self._client.disconnect()
            self._connected.clear()
            self._remember(row)

    def _turn(self, row: BridgeState) -> int:
        """Take and tell once; while the database cannot be reached nothing is lost, and it is tried again."""
        try:
            did = self._take()
            if len(self._waiting) < _AT_ONCE:  # what comes is stored first; it is told when the wave is over
                did += self._tell(row)
            self._remember(row)
        except DatabaseError:
            log.exception("The database could not be reached; what has come waits.")
            return 0
        return did

    def _take(self) -> int:
        """Create what has come; each is acknowledged after the commit."""
        some = [self._waiting[n] for n in range(min(len(self._waiting), _AT_ONCE))]
        if not some:
            return 0
        faults = take([one.came for one in some])
        for one, fault in zip(some, faults, strict=True):
            self._waiting.popleft()
            if fault:
                self._refused += 1
                log.warning("not taken from %s: %s", one.came.topic[:80], fault[:300])
            else:
                self._taken += 1
            self._client.ack(one.mid, one.qos)
        return len(some)

    def _tell(self, row: BridgeState) -> int:
        """Publish what is new or changed, while there is a broker that takes it: a slow one is waited for."""
        if not self._connected.is_set() or self._told - self._heard > _MOST_ON_THE_WAY:
            return 0
        reader = Reader(f"{settings.SITE_URL}/sta/v1.1")
        new = self._new(row)
        for observation in new:
            self._publish(messages_of(reader, _OBSERVATION, observation, None, self.selected))
        changes = list(Change.objects.filter(pk__gt=row.last_change).order_by("pk")[:_AT_ONCE])
        for change in changes:
            entity = ENTITIES[change.entity]
            found = entity.model._default_manager.filter(pk=change.key).first()
            if found is not None:
                fields = None if change.new else change.properties
                self._publish(messages_of(reader, entity, found, fields, self.selected))
            row.last_change = change.pk
        return len(new) + len(changes)

    def _new(self, row: BridgeState) -> list[Observation]:
        """Observations not told yet. A transaction with lower numbers may end later: a few are looked at again."""
        rows = Observation.objects.filter(pk__gt=row.last_observation - 1000).exclude(pk__in=self._seen).order_by("pk")
        new = [one for one in rows[:_AT_ONCE] if one.pk > row.first_observation]
        self._seen |= {one.pk for one in new}
        if new:
            row.last_observation = max(row.last_observation, new[-1].pk)
            self._seen = {key for key in self._seen if key > row.last_observation - 1000}
        return new

    def _publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        for topic, payload in messages:
            self._client.publish(topic, payload, qos=1)
            self._told += 1

    def _remember(self, row: BridgeState) -> None:
        """Write the state where it has changed."""
        connected = self._connected.is_set()
        now = (connected, self._taken, self._refused, self._told, row.last_observation, row.last_change)
        if now == getattr(self, "_remembered", None):
            return
        self._remembered = now
        if row.connected != connected:
            row.since = timezone.now()
        row.broker = f"{self.address.hostname}:{self.address.port or 1883}"
        row.connected, row.taken, row.refused, row.told = connected, self._taken, self._refused, self._told
        row.save()


def bridge_is_connected() -> bool:
    """Whether the bridge has a broker."""
    return BridgeState.objects.filter(connected=True).exists()


def state() -> BridgeState:
    """How the bridge stands; at first it begins with what is new from now on."""
    row = BridgeState.objects.first()
    if row is None:
        newest = Observation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        change = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        row = BridgeState.objects.create(
            since=timezone.now(), last_observation=newest, first_observation=newest, last_change=change
        )
    return row
