"""What is wrong with a DMN file: all of it, each with its line and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DmnError", "Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a line of the file, and how to mend it."""

    line: int
    message: str
    mend: str


class DmnError(ValueError):
    """The file cannot be used; `faults` has everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"line {f.line}: {f.message} {f.mend}" for f in faults))
