"""A line of the table: what was measured, against what."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Row"]


@dataclass(frozen=True)
class Row:
    """`measured` and `limit` in the same unit; it holds when measured / limit is at most `allowed`."""

    what: str
    measured: float
    limit: float
    unit: str
    allowed: float = 1.0

    def __str__(self) -> str:
        ratio = self.measured / self.limit
        holds = "yes" if ratio <= self.allowed else "**no**"
        return f"| {self.what} | {self.measured:.3g} {self.unit} | {self.limit:.3g} {self.unit} | {ratio:.3g} (<= {self.allowed:g}) | {holds} |"
