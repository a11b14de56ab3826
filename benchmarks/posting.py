"""Devices that post observations, one by one or in arrays, over kept connections: to us, and to a peer by the same standard."""

from __future__ import annotations

import json
import re
import selectors
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

__all__ = ["CONNECTIONS", "DEVICES", "post_arrays", "post_for"]

CONNECTIONS, SECONDS = (1, 64), 8
DEVICES = (1, 2)
ARRAYS, STREAMS, EACH = 8, 10, 10_000  # arrays that a device posts, the datastreams of each, and the rows of those
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE).search


def post_for(root: str, streams: Sequence[int], port: int, count: int) -> dict[str, float]:
    """Post for some seconds from `count` devices to Datastreams below `root` (a path as /sta/v1.1): how many were
    answered by 201, and how long it took. Plain sockets: a client library takes more of the cores than the server does.
    """
    began = time.perf_counter()
    devices = [_Device(root, streams[n], port, n) for n in range(count)]
    with selectors.DefaultSelector() as selector:
        for one in devices:
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.post()
        while selector.get_map():
            for key, _ in selector.select(timeout=30):
                if key.data.is_answered():
                    _go_on(selector, key.data, time.perf_counter() < began + SECONDS)
    return {"acknowledged": sum(one.acknowledged for one in devices), "seconds": time.perf_counter() - began}


def post_arrays(root: str, streams: Sequence[int], port: int, devices: int) -> dict[str, float]:
    """Post arrays (CreateObservations) below `root` from as many devices at once, each to Datastreams of its own: how many
    rows were acknowledged, and how long it took."""
    told = [[_array(streams[n * STREAMS : (n + 1) * STREAMS], turn) for turn in range(ARRAYS)] for n in range(devices)]
    with ThreadPoolExecutor(devices) as pool:
        began = time.perf_counter()
        acknowledged = sum(pool.map(lambda bodies: _posted(root, port, bodies), told))
        return {"acknowledged": acknowledged, "seconds": time.perf_counter() - began}


def _array(streams: Sequence[int], turn: int) -> bytes:
    rows = [
        [f"20{20 + turn}-03-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z", n % 100 / 10] for n in range(EACH)
    ]
    components = ["phenomenonTime", "result"]
    return json.dumps([
        {"Datastream": {"@iot.id": one}, "components": components, "dataArray": rows} for one in streams
    ]).encode()  # fmt: skip


def _posted(root: str, port: int, bodies: Sequence[bytes]) -> int:
    connection, rows = HTTPConnection("127.0.0.1", port, timeout=600), 0
    for body in bodies:
        connection.request("POST", f"{root}/CreateObservations", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status == 201, told[:300]
        rows += told.count(b"/Observations(")
    connection.close()
    return rows


def _go_on(selector: selectors.BaseSelector, one: _Device, more: bool) -> None:
    if more:
        one.post()
        return
    selector.unregister(one.socket)
    one.socket.close()


class _Device:
    """One that posts the next observation when the last one was answered."""

    def __init__(self, root: str, stream: int, port: int, number: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.acknowledged = 0
        self._number, self._answer = number, b""
        self._head = (
            f"POST {root}/Datastreams({stream})/Observations HTTP/1.1\r\nHost: localhost:{port}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    def post(self) -> None:
        n = self.acknowledged
        at = f"2026-03-{1 + self._number % 28:02}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"
        body = json.dumps({"result": n, "phenomenonTime": at})
        self.socket.sendall(f"{self._head}{len(body)}\r\n\r\n{body}".encode())

    def is_answered(self) -> bool:
        """Whether the answer has come whole. Fails for one that is no 201."""
        self._answer += self.socket.recv(65536)
        head, end, body = self._answer.partition(b"\r\n\r\n")
        length = _LENGTH(head)
        assert head.startswith(b"HTTP/1.1 201") or not end, self._answer
        if not end or length is None or len(body) < int(length[1]):
            return False
        self._answer, self.acknowledged = b"", self.acknowledged + 1
        return True
