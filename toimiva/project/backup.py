"""A backup of all that an installation has: the database and the home, encrypted for whoever holds the key (age).

The database is copied first, at one instant, and then the files: files are only added to, so that whatever the database
speaks of is among them. A restore ends with the whole ledger verified, as far as it had come when the backup began.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from django.conf import settings
from django.db import connection
from django.utils import timezone

from toimiva.core.errors import Conflict, Invalid, Unavailable
from toimiva.core.ledger import api as ledger

__all__ = ["create", "new_identity", "restore"]

_MANIFEST, _DATABASE = "manifest.json", "database"
_NOT_KEPT = {"static"}


def new_identity() -> tuple[str, str]:
    """(identity, recipient): the secret that opens backups, and what they are made for."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def create(path: Path, recipient: str) -> Mapping[str, Any]:
    """Write a backup; its manifest. The file appears whole or not at all. Raises Invalid for a wrong recipient."""
    try:
        for_whom = [pyrage.x25519.Recipient.from_str(recipient)]
    except pyrage.RecipientError as error:
        raise Invalid(
            what="That is not a recipient of backups.",
            mend="Set TOIMIVA_BACKUP_RECIPIENT; `toimiva backup key` makes one.",
        ) from error
    if path.resolve().is_relative_to(settings.HOME):
        raise Invalid(what="A backup inside the home would be in the next one.", mend="Write it elsewhere.")
    part = path.with_name(f"{path.name}.part")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / _DATABASE
        manifest = _manifest()
        _dump(copy)
        with part.open("wb") as file:
            _through(lambda pipe: _pack(pipe, manifest, copy), lambda pipe: pyrage.encrypt_io(pipe, file, for_whom))
    part.replace(path)
    return manifest


def _manifest() -> dict[str, Any]:
    return {"made": timezone.now().isoformat(), "database": connection.vendor, "head": ledger.head()}


def _pack(pipe: BinaryIO, manifest: Mapping[str, Any], database: Path) -> None:
    with tarfile.open(fileobj=pipe, mode="w|gz") as packed:
        text = json.dumps(manifest).encode()
        told = tarfile.TarInfo(_MANIFEST)
        told.size = len(text)
        packed.addfile(told, io.BytesIO(text))
        packed.add(database, _DATABASE)
        for file in _files(Path(settings.HOME)):
            packed.add(file, f"home/{file.relative_to(settings.HOME)}", recursive=False)


def _files(home: Path) -> Iterator[Path]:
    """All of the home but the database's own files and what is made again."""
    for file in sorted(home.rglob("*")):
        inside = file.relative_to(home)
        if file.is_file() and inside.parts[0] not in _NOT_KEPT and not inside.name.startswith("toimiva.sqlite3"):
            yield file


def _dump(path: Path) -> None:
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as live,
            closing(sqlite3.connect(path)) as copy,
        ):
            live.backup(copy)
    else:
        _postgres("pg_dump", "--format=custom", f"--file={path}")


def _postgres(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs; the password goes by the environment, where no list of processes shows it."""
    told = connection.settings_dict
    named = {"PGHOST": told["HOST"], "PGPORT": told["PORT"], "PGUSER": told["USER"], "PGPASSWORD": told["PASSWORD"],
             "PGDATABASE": told["NAME"]}  # fmt: skip
    environment = os.environ | {name: str(value) for name, value in named.items() if value}
    try:
        subprocess.run(  # noqa: S603 - our own arguments
            [program, *arguments], env=environment, check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise Unavailable(what=f"{program} is not here.", mend="Install the package postgresql-client.") from error
    except subprocess.CalledProcessError as error:
        raise Unavailable(
            what=f"{program} failed.", why=error.stderr.strip(), mend="Mend that and try again."
        ) from error


def _through(write: Callable[[BinaryIO], object], read: Callable[[BinaryIO], object]) -> None:
    """Run a writer in a thread and a reader here, with a pipe between them; the writer's failure is raised here."""
    failed: list[BaseException] = []
    reading, writing = os.pipe()

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as pipe:
                write(pipe)
        except BaseException as error:  # raised again in the caller's thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as pipe:
            read(pipe)
    finally:
        thread.join()
    if failed:
        raise failed[0]


def restore(path: Path, identity: str) -> ledger.Verdict:
    """Put a backup into this empty installation and verify the ledger to the head that it was made at.

    Raises Conflict where there is something already, Invalid for a file or an identity that is not right.
    """
    if (Path(settings.HOME) / "lake").exists() or ledger.head():
        raise Conflict(
            what="There is something here already.", why="A restore would write over it.",
            mend="Use an empty TOIMIVA_HOME and an empty database.",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(dir=settings.HOME) as folder:
        manifest = _unpack(path, identity, Path(folder))
        _put_back(Path(folder), manifest)
    verdict = ledger.verify_all()
    if verdict.fault is None and not ledger.contains(manifest["head"]):
        raise Conflict(what="The ledger does not reach what the backup says.", mend="Use another backup.")
    return verdict


def _unpack(path: Path, identity: str, folder: Path) -> dict[str, Any]:
    def extract(pipe: BinaryIO) -> None:
        with tarfile.open(fileobj=pipe, mode="r|gz") as packed:
            packed.extractall(folder, filter="data")

    try:
        key = [pyrage.x25519.Identity.from_str(identity.strip())]
        with path.open("rb") as file:
            _through(lambda pipe: pyrage.decrypt_io(file, pipe, key), extract)
        found: dict[str, Any] = json.loads((folder / _MANIFEST).read_text())
    except (pyrage.IdentityError, pyrage.DecryptError, tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise Invalid(
            what=f"{path} cannot be restored.", why=f"{type(error).__name__}: {error}",
            mend="Give a whole backup and the identity that it was made for.",
        ) from error  # fmt: skip
    if found["database"] != connection.vendor:
        raise Conflict(
            what=f"The backup is of {found['database']}, and the database here is {connection.vendor}.",
            mend="Set TOIMIVA_DATABASE_URL as it was.",
        )
    return found


def _put_back(folder: Path, manifest: Mapping[str, Any]) -> None:
    home = Path(settings.HOME)
    for file in sorted((folder / "home").rglob("*")):
        if file.is_file():
            target = home / file.relative_to(folder / "home")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
    if manifest["database"] != "sqlite":
        connection.close()
        _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={connection.settings_dict['NAME']}",
                  str(folder / _DATABASE))  # fmt: skip
        return
    connection.close()
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    for leftover in database.parent.glob(f"{database.name}-*"):
        leftover.unlink()
    (folder / _DATABASE).replace(database)
