"""A program of a company that takes notices by HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from standardwebhooks.webhooks import Webhook


@dataclass
class Program:
    """What came to it, at which paths, and what it answers."""

    url: str = ""
    answer: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def read(self, secret: str) -> list[dict]:
        """Every notice, checked by the standard's own library."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.came]


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            program.paths.append(self.path)
            program.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(program.answer)
            self.send_header("location", "http://127.0.0.1:1/")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    program.url = f"http://127.0.0.1:{server.server_port}/taken?by=me"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield program
    server.shutdown()
    thread.join()
    server.server_close()
