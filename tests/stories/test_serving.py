"""`toimiva serve` as a whole: what dies beside it is begun again, what ends ends whole, and no two share a port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from tests.parts.brokers import free_port, until

ROOT = Path(__file__).parent.parent.parent
SERVE = [sys.executable, "-W", "ignore", "-m", "toimiva.project.cli", "serve", "--port"]


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.HTTPError:
        return False


def workers(served: subprocess.Popen) -> list[psutil.Process]:
    return [one for one in psutil.Process(served.pid).children(recursive=True) if is_worker(one)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return process.cmdline()[-1:] == ["work"]
    except (psutil.NoSuchProcess, psutil.ZombieProcess):  # it ends while one looks
        return False


@pytest.fixture
def served(tmp_path):
    port = free_port()
    environment = os.environ | {"TOIMIVA_HOME": str(tmp_path), "TOIMIVA_SITE_URL": f"http://localhost:{port}"}
    process = subprocess.Popen([*SERVE, str(port)], cwd=ROOT, env=environment, start_new_session=True)
    try:
        until(lambda: answers(port), 120)
        yield process, port, environment
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_no_two_share_a_port_what_dies_is_begun_again_and_all_end_together(served):
    process, port, environment = served
    second = subprocess.run([*SERVE, str(port)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert second.returncode != 0
    assert f"Something answers at http://127.0.0.1:{port}/ already." in second.stderr
    assert "--port" in second.stderr
    assert answers(port), "the first goes on"

    until(lambda: workers(process), 60)
    (first,) = workers(process)
    first.kill()
    until(lambda: [one for one in workers(process) if one.pid != first.pid], 60)
    beside = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGTERM)
    process.wait(60)

    _gone, left = psutil.wait_procs(beside, timeout=20)
    assert left == []
