"""The decision's document, opened by the same link as its offer."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from toimiva.capabilities.decisions.reading import document_of
from toimiva.capabilities.offers import api as offers
from toimiva.core.errors import NotFound

__all__ = ["decision_document"]


@require_safe
def decision_document(request: HttpRequest, token: str) -> FileResponse:
    """The decision as PDF, once it is written."""
    found = document_of(offers.recipient_of(token).offer_id)
    if found is None:
        raise NotFound(what="The document is not written yet.", mend="Try again in a moment.")
    number, path = found
    return FileResponse(path.open("rb"), filename=f"{number}.pdf", content_type="application/pdf")
