"""What every page's template knows."""

from __future__ import annotations

from django.http import HttpRequest

__all__ = ["site"]


def site(request: HttpRequest) -> dict[str, object]:
    """The path without its query, for the language links."""
    return {"path": request.path}
