"""The embedded broker (amqtt), for a city without one of its own: in a thread, on one address."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from amqtt.broker import Broker, BrokerContext
from amqtt.plugins.base import BasePlugin

from toimiva.core.errors import Unavailable

__all__ = ["run_broker"]

_HEARD: list[Callable[[str], None]] = []


class HearSubscriptions(BasePlugin[BrokerContext]):
    """Tells which topics are subscribed to: `$select` is in the topic's name."""

    @dataclass
    class Config:
        """Nothing to set."""

        _: dict[str, Any] = field(default_factory=dict)

    async def on_broker_client_subscribed(self, *, client_id: str, topic: str, qos: int) -> None:
        for hear in _HEARD:
            hear(topic)


@contextmanager
def run_broker(address: str, port: int, hear: Callable[[str], None]) -> Iterator[None]:
    """A broker while the block runs. Raises Unavailable where the port is taken."""
    loop = asyncio.new_event_loop()
    here = f"{__name__}.{HearSubscriptions.__name__}"
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"{address}:{port}", "max_connections": 20_000}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}, here: {}},
    }  # fmt: skip
    broker = Broker(config, loop=loop)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    _HEARD.append(hear)
    try:
        asyncio.run_coroutine_threadsafe(broker.start(), loop).result(timeout=20)
    except Exception as error:  # the library wraps what happened in errors of its own
        loop.call_soon_threadsafe(loop.stop)
        mend = "Free the port, choose another, or set TOIMIVA_MQTT to the broker that has it."
        raise Unavailable(what=f"No broker can listen on {address}:{port}.", why=str(error), mend=mend) from error
    try:
        yield
    finally:
        _HEARD.remove(hear)
        asyncio.run_coroutine_threadsafe(broker.shutdown(), loop).result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
