"""docs/twin.md as somebody follows it who knows nothing else: its five commands, as they stand there, publish a twin."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.parts.brokers import free_port, until
from tests.parts.models3d import citygml2, street

ROOT = Path(__file__).parent.parent.parent


def written() -> list[list[str]]:
    """The commands of the guide's first block, without their comments."""
    (block, *_) = re.findall(r"^```\n(.+?)^```", (ROOT / "docs" / "twin.md").read_text(encoding="utf-8"), re.M | re.S)
    return [shlex.split(line, comments=True) for line in block.splitlines()]


@pytest.fixture
def runs(tmp_path: Path):
    """Begin a command of the guide in a home where nothing is yet, over a folder of the city's own files."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "street.gml").write_text(citygml2(*street(6)), encoding="utf-8")
    environment = os.environ | {"TOIMIVA_HOME": str(tmp_path / "home")}
    begun: list[subprocess.Popen[str]] = []

    def run(words: list[str], *more: str) -> subprocess.Popen[str]:
        assert words[0] == ".venv/bin/toimiva"
        command = [str(models) if word == "FOLDER" else word for word in words[1:]]
        command = [sys.executable, "-W", "ignore", "-m", "toimiva.project.cli", *command, *more]
        begun.append(subprocess.Popen(
            command, cwd=ROOT, env=environment, start_new_session=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ))  # fmt: skip
        return begun[-1]

    yield run
    for one in begun:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()


def test_the_five_commands_of_the_guide_publish_a_twin(runs):
    *commands, serve = written()
    assert [one[2] for one in commands] == ["import", "check", "tiles", "solar"]
    for words in commands:
        told, _ = (one := runs(words)).communicate(timeout=120)
        assert one.returncode == 0, told
        assert told.strip(), "each says what it did"

    port = free_port()
    runs(serve, "--port", str(port))
    page, tiles = (f"http://127.0.0.1:{port}/twin/helsinki/{name}" for name in ("", "tiles/today/tileset.json"))
    until(lambda: answers(page), 120)
    text = httpx.get(page, headers={"Accept-Language": "en"}).text
    assert text.count('data-id="') == 6
    assert httpx.get(tiles).json()["root"]["implicitTiling"]["subdivisionScheme"] == "QUADTREE"


def answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.HTTPError:
        return False
