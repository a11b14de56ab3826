"""Air on the ways that residents walk: nothing of it is for other parts yet."""

from __future__ import annotations

__all__: list[str] = []
