"""What every page's template knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

__all__ = ["site"]


def site(request: HttpRequest) -> dict[str, object]:
    """The path without its query, and the languages by their own names, for the language links."""
    return {"path": request.path, "languages": settings.LANGUAGES}
