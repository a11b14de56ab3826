"""Issuers for tests: the site's own, or a real OpenID provider in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent.parent
NODE = ROOT / ".venv" / "bin" / "node"
LOW, STRONG = "http://eidas.europa.eu/LoA/low", "http://eidas.europa.eu/LoA/substantial"


def at_site(settings, url: str) -> None:
    """The site under test is its own development issuer."""
    settings.SITE_URL = url
    settings.DEVELOPMENT_ISSUER = f"{url}/development-issuer"
    settings.ISSUERS = {kind: told | {"issuer": f"{url}/development-issuer"} for kind, told in settings.ISSUERS.items()}


class OpenIdProvider:
    """oidc-provider as a process; `choose` says who signs in next."""

    def __init__(self, site: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        script = ROOT / "tests" / "parts" / "oidc_provider.mjs"
        self._process = subprocess.Popen(
            [NODE, script, str(port), site], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert "listening" in self._process.stdout.readline()

    def choose(self, account: str, acr: str = STRONG, **claims) -> None:
        self._post("choose", {"account": account, "acr": acr, "claims": claims})

    def rotate(self) -> None:
        """New signing keys; the old ones are gone."""
        self._post("rotate", {})

    def _post(self, path: str, body: dict) -> None:
        urlopen(Request(f"{self.issuer}/{path}", json.dumps(body).encode(), method="POST")).read()

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)  # node is a child of what stands under its name
        self._process.wait(timeout=10)
