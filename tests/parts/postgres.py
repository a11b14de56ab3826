"""A PostgreSQL server for the tests, started from Debian's package and stopped after them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["LASTING", "find_server", "run_server"]

FORGETFUL = ("fsync=off",)  # what a test stores may be lost with the machine
LASTING = ("fsync=on", "shared_buffers=2GB", "max_wal_size=8GB", "checkpoint_timeout=15min")  # docs/operations.md


def find_server() -> Path | None:
    """The folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: the package's own user runs it then."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def run_server(*settings: str) -> Iterator[str]:
    """Run a server on a free port, with settings such as `fsync=on`; yields the address of its database `postgres`."""
    programs = find_server()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="toimiva-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    subprocess.run(
        _as_owner([str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]),
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    told = " ".join(f"-c {one}" for one in ("listen_addresses=127.0.0.1", *(settings or FORGETFUL)))
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run(
        _as_owner([*control, "-o", f"-p {port} -k {folder} {told}", "-l", str(folder / "log"), "start"]),
        check=True,
        capture_output=True,
        cwd=folder,
    )
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(_as_owner([*control, "-m", "immediate", "stop"]), check=False, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)
