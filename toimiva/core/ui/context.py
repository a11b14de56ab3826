"""What every page's template knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from toimiva.core.identity.api import SAMPLE_OFFICIALS, official_of, resident_of

__all__ = ["site"]


def site(request: HttpRequest) -> dict[str, object]:
    """The path without its query, the languages by their own names, and who acts on an open installation."""
    shown: dict[str, object] = {"path": request.path, "languages": settings.LANGUAGES}
    if resident_of(request):
        return shown | {"signed_in": True}
    if settings.OPEN_STAFF_PAGES:
        shown |= {"official": official_of(request), "officials": SAMPLE_OFFICIALS}
    return shown
