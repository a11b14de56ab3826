"""The family of errors that people see: what happened, why, and how to mend it. Ids only, never personal data.

ToimivaError
  NotFound        404   something named does not exist
  Conflict        409   the state does not allow it
  Invalid         422   a file, delivery or value is wrong (`faults` lists everything)
  NotSignedIn     401   nobody is signed in, or the key is missing
  NotAllowed      403   the purpose, role or sign-off does not cover it
  TooLarge        413   more was sent than is taken
  TooMany         429   too many requests came from one address
  Unavailable     503   a part outside cannot be reached; try again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Conflict",
    "Fault",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "ToimivaError",
    "TooLarge",
    "TooMany",
    "Unavailable",
]


class ToimivaError(Exception):
    """Base of all; RFC 9457 problem details are made from `status`, `what`, `why` and `mend`."""

    status = 500
    exit_code = 3

    def __init__(self, *, what: str, why: str = "", mend: str = "") -> None:
        self.what, self.why, self.mend = what, why, mend
        super().__init__(" ".join(part for part in (what, why, mend) if part))


class NotFound(ToimivaError):
    """Something named does not exist."""

    status = 404
    exit_code = 2


class Conflict(ToimivaError):
    """The present state does not allow it."""

    status = 409


class NotSignedIn(ToimivaError):
    """Nobody is signed in where somebody must be."""

    status = 401


class NotAllowed(ToimivaError):
    """A purpose, role or sign-off does not cover it."""

    status = 403


class Unavailable(ToimivaError):
    """A part outside cannot be reached; nothing is lost, try again."""

    status = 503


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in someone's file: where (file and line), what, and how to mend it."""

    file: str
    line: int  # 0 where it is not of one line
    message: str
    mend: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message} {self.mend}".rstrip()


class Invalid(ToimivaError):
    """A file, delivery or value is wrong; `faults` lists everything at once."""

    status = 422
    exit_code = 1

    def __init__(self, *, what: str, faults: Sequence[Fault] = (), why: str = "", mend: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__(what=what, why="\n".join([why, *map(str, faults)]).strip(), mend=mend)


class TooLarge(ToimivaError):
    """More was sent than is taken."""

    status = 413
    exit_code = 2


class TooMany(ToimivaError):
    """Too many requests came from one address."""

    status = 429
