"""Fixtures: a home of one's own for every test, a small city in it, phones, and real parts that skip or fail visibly."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest

from tests.parts.town import Town

# How fast a machine is at the moment is no reason for a property not to hold.
hypothesis.settings.register_profile(
    "steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)  # fmt: skip
hypothesis.settings.load_profile("steady")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs an event loop in the tests' own thread
SHARED = Path(__file__).parent.parent.parent / "shared"


def missing(part: str, remedy: str) -> None:
    """A part that is not here: a visible skip on a person's machine, a failure under CI."""
    message = f"{part} is missing: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def shared() -> Path:
    """The folder of real public data."""
    if not (SHARED / "data").exists():
        pytest.skip("The real public data is not beside the project: this test needs it.")
    return SHARED


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    """TOIMIVA_HOME of one test."""
    settings.HOME = tmp_path / "a home"  # a path with a space must do
    settings.HOME.mkdir()
    return settings.HOME


@pytest.fixture(autouse=True)
def nobody_has_guessed() -> None:
    """What an earlier test has tried does not count against this one."""
    from toimiva.project.limits import COUNTED

    COUNTED.storage.reset()


@pytest.fixture
def town(home: Path, db) -> Town:
    """Mallila, created and signed off, with its registers in the lake."""
    return Town.create()


@pytest.fixture
def at() -> Callable[[str], datetime]:
    """An instant from local text: at("2027-01-11 18:42")."""
    from zoneinfo import ZoneInfo

    return lambda text: datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Helsinki"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[str]:
    """Address of a PostgreSQL server of the tests' own."""
    from tests.parts.postgres import find_server, run_server

    if find_server() is None:
        missing("PostgreSQL", "install the package postgresql")
    with run_server() as url:
        yield url
