"""The drill: a city with a round is backed up, lost, restored elsewhere, and proven; and backups that are not right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.test_stops import ROOT, fresh_database


class Installation:
    """A home and a database of its own, used by the command line."""

    def __init__(self, home: Path, database: str = "", recipient: str = "") -> None:
        home.mkdir(exist_ok=True)
        self.home, self.environment = home, os.environ | {
            "TOIMIVA_HOME": str(home), "TOIMIVA_DATABASE_URL": database, "TOIMIVA_BACKUP_RECIPIENT": recipient,
        }  # fmt: skip

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "toimiva.project.cli", *map(str, arguments)],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr


def lived_in(installation: Installation) -> str:
    """A measured round; its id."""
    assert installation("city", "create", "mallila")[0] == 0
    assert installation("service", "sign", "preschool", "--city=mallila", "--official=M", "--role=H")[0] == 0
    code, out, err = installation("round", "run", "preschool", "--city=mallila", "--simulate-replies", "--json")
    assert code == 0, err
    return json.loads(out)["round"]


@pytest.fixture
def key(tmp_path) -> tuple[Path, str]:
    """The file with the secret, and what backups are made for."""
    file = tmp_path / "backup.key"
    code, out, _ = Installation(tmp_path / "elsewhere")("backup", "key", file)
    assert code == 0
    assert file.stat().st_mode & 0o077 == 0
    return file, out.strip()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_lost_city_comes_back_whole_and_proven(tmp_path, key, database, request):
    file, recipient = key
    urls = ["", ""]
    if database == "postgresql":
        server = request.getfixturevalue("postgres")
        urls = [fresh_database(server, "kept"), fresh_database(server, "restored")]
    before = Installation(tmp_path / "before", urls[0], recipient)
    round_id = lived_in(before)
    code, out, err = before("backup", "create", tmp_path / "city.age")
    assert code == 0, err
    assert json.loads(out)["head"]
    assert b"mallila" not in (tmp_path / "city.age").read_bytes()  # nobody reads it without the key

    after = Installation(tmp_path / "after", urls[1])
    code, out, err = after("backup", "restore", tmp_path / "city.age", "--key", file)

    assert (code, "The ledger holds" in out) == (0, True), err
    assert after("decision", "replay", "--round", round_id)[0] == 0
    assert after("backup", "restore", tmp_path / "city.age", "--key", file)[0] == 3  # not over what is there


def test_a_backup_that_is_not_right_restores_nothing_and_says_why(tmp_path, key):
    file, recipient = key
    one = Installation(tmp_path / "one", recipient=recipient)
    assert one("backup", "create", tmp_path / "city.age")[0] == 0
    whole = (tmp_path / "city.age").read_bytes()
    (tmp_path / "cut.age").write_bytes(whole[: len(whole) // 2])
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    (tmp_path / "changed.age").write_bytes(changed)
    other = tmp_path / "other.key"
    one("backup", "key", other)

    for name, secret in (("cut.age", file), ("changed.age", file), ("city.age", other), ("nothing.age", file)):
        empty = Installation(tmp_path / f"empty {name} {secret.name}")
        code, _, err = empty("backup", "restore", tmp_path / name, "--key", secret)
        assert code == 1, (name, err)
        assert "cannot be restored" in err
        assert "Give a whole backup" in err
        assert not (empty.home / "lake").exists()


def test_a_backup_is_not_written_into_what_it_copies(tmp_path, key):
    one = Installation(tmp_path / "one", recipient=key[1])
    code, _, err = one("backup", "create", one.home / "city.age")
    assert (code, "Write it elsewhere" in err) == (1, True)


def test_without_a_recipient_no_backup_is_made(tmp_path):
    code, _, err = Installation(tmp_path / "one")("backup", "create", tmp_path / "city.age")
    assert code == 1
    assert "toimiva backup key" in err
    assert not (tmp_path / "city.age").exists()
