"""What stands between the web server and Django: it works at a few requests at a time, however many ask."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from toimiva.project.wsgi import Few, whole


def test_who_asks_while_all_hands_are_full_is_told_when_to_come_back_and_nothing_is_done():
    begun, goes_on, done = threading.Semaphore(0), threading.Event(), []

    def slow(environ, start):
        begun.release()
        goes_on.wait(20)
        done.append(environ["n"])
        start("200 OK", [])
        return [b"done"]

    few, told = Few(slow, at_once=2, patience=0.1), []
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


def test_an_answer_that_is_whole_is_sent_in_one_piece_and_its_request_is_over(db):
    over = []
    request_finished.connect(lambda **_: over.append(1), weak=False, dispatch_uid="whole")
    environ = RequestFactory().get("/sta/v1.1/").environ
    told = []
    answer = whole(WSGIHandler())(environ, lambda status, headers: told.append((status, dict(headers))))
    request_finished.disconnect(dispatch_uid="whole")
    assert isinstance(answer, list)
    assert told[0][0] == "200 OK"
    assert int(told[0][1]["Content-Length"]) == len(answer[0])
    assert len(over) == 1


def test_a_stream_goes_out_part_by_part():
    stream = StreamingHttpResponse(iter([b"one", b"two"]))
    assert whole(lambda environ, start: stream)({}, lambda *_: None) is stream
