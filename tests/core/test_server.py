"""What stands between the web server and Django: a few threads, however many ask."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.http import StreamingHttpResponse

from toimiva.project.wsgi import Few


def test_who_finds_every_thread_busy_is_told_when_to_come_back_and_nothing_is_done():
    begun, goes_on, done = threading.Semaphore(0), threading.Event(), []

    def slow(environ, start):
        begun.release()
        goes_on.wait(20)
        done.append(environ["n"])
        start("200 OK", [])
        return [b"done"]

    few, told = Few(slow, threads=2, patience=0.1), []
    with ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(few, {"n": n}, lambda *_: None) for n in range(2)]
        assert begun.acquire(timeout=20)
        assert begun.acquire(timeout=20)
        answer = few({"n": 2}, lambda status, headers: told.extend((status[:3], dict(headers)["Retry-After"])))
        assert "nothing has been done" in json.loads(b"".join(answer))["title"]
        goes_on.set()
        assert [one.result() for one in busy] == [[b"done"], [b"done"]]  # who has been begun is waited for
    assert told == ["503", "5"]
    assert sorted(done) == [0, 1]


def test_who_tells_bit_by_bit_keeps_no_connection_afterwards(monkeypatch):
    closed: list[str] = []
    monkeypatch.setattr(connections, "close_all", lambda: closed.append(threading.current_thread().name))

    def behind(environ, start):
        start("200 OK", [])
        return StreamingHttpResponse(threading.current_thread().name for _ in range(2))

    def told() -> bytes:
        answer = Few(behind, threads=2)({}, lambda *_: None)
        whole = b"".join(answer)
        assert closed == []
        answer.close()
        return whole

    with ThreadPoolExecutor(1, "server") as server:
        assert server.submit(told).result() == b"server_0server_0"
    assert closed == ["server_0"]
