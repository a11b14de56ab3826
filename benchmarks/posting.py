"""Devices that post observations one after another over kept connections: to us, and to a peer by the same standard."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence

__all__ = ["CONNECTIONS", "post_for"]

CONNECTIONS, SECONDS = (1, 64), 8


def post_for(root: str, streams: Sequence[int], port: int, count: int) -> dict[str, float]:
    """Post for some seconds from `count` devices to Datastreams below `root` (a path as /sta/v1.1): how many were
    answered by 201, and how long it took."""
    return asyncio.run(_load(root, streams, port, count))


async def _load(root: str, streams: Sequence[int], port: int, count: int) -> dict[str, float]:
    began = time.perf_counter()
    answered = await asyncio.gather(*(_device(root, streams[n], port, n, began + SECONDS) for n in range(count)))
    return {"acknowledged": sum(answered), "seconds": time.perf_counter() - began}


async def _device(root: str, stream: int, port: int, number: int, end: float) -> int:
    """Posts until the end; how many were answered by 201. A client library would take more time than the server does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    acknowledged = 0
    while time.perf_counter() < end:
        n = acknowledged
        at = f"2026-03-{1 + number % 28:02}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"
        body = json.dumps({"result": n, "phenomenonTime": at}).encode()
        head = (
            f"POST {root}/Datastreams({stream})/Observations HTTP/1.1\r\nHost: localhost:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith(b"http/1.1 201"), answer
        await reader.readexactly(int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        acknowledged += 1
    writer.close()
    return acknowledged
