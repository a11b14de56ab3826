"""Jobs: progress of long commands, and the work that goes on in the background."""

from __future__ import annotations

from toimiva.core.jobs.progress import stages

__all__ = ["stages"]
