"""An issuer of tokens with its keys at an address, which signs whatever a test wants it to."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from joserfc import jwt
from joserfc.jwk import RSAKey


class TokenIssuer:
    """Serves its metadata and its public keys; `signs` gives a token."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(issuer._answers(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answers(self, path: str) -> dict:
        if path.endswith("jwks"):
            return {"keys": [self.key.as_dict(private=False)]}
        return {"issuer": self.address, "jwks_uri": f"{self.address}/jwks"}

    def rotates(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": str(time.monotonic_ns())})

    def signs(self, claims: dict, key=None, algorithm: str = "RS256") -> str:
        now = int(time.time())
        usual = {"iss": self.address, "iat": now, "exp": now + 300, "loa": "substantial"}
        key = key or self.key
        header = {"alg": algorithm, "kid": self.key.kid}
        return jwt.encode(
            header, {k: v for k, v in (usual | claims).items() if v is not None}, key, algorithms=[algorithm]
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
