"""Errors as people meet them: a plain page for a resident, RFC 9457 problem details for a program."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from toimiva.core.errors import Conflict, NotFound, ToimivaError

__all__ = ["Problems", "answer_to", "problem_details"]


def problem_details(error: ToimivaError) -> dict[str, object]:
    """An error as an RFC 9457 document."""
    details: dict[str, object] = {"type": "about:blank", "title": error.what, "status": error.status}
    return details | {"detail": " ".join(part for part in (error.why, error.mend) if part)}


class Problems:
    """Middleware: turns a ToimivaError into an answer. What a resident reads is worded here, not by the exception."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer for one of our errors; others go on to Django."""
        return answer_to(request, error) if isinstance(error, ToimivaError) else None


_FOR_PROGRAMS = ("/api/", "/sta/", "/ogc/")


def answer_to(request: HttpRequest, error: ToimivaError) -> HttpResponse:
    """The answer for one of our errors: problem details for a program, a page for a person."""
    if request.path.startswith(_FOR_PROGRAMS) or request.path.endswith(".json"):
        return JsonResponse(problem_details(error), status=error.status, content_type="application/problem+json")
    return render(request, "ui/problem.html", _words(request, error), status=error.status)


def _words(request: HttpRequest, error: ToimivaError) -> dict[str, object]:
    if not request.path.startswith("/o/"):
        return {"what": error.what, "mend": " ".join((error.why, error.mend))}
    mend = _("Check the message, or call us and we will sort it out together.")
    if isinstance(error, NotFound):
        return {"what": _("This link does not open anything."), "mend": mend, "resident": True}
    if isinstance(error, Conflict):
        return {"what": _("This can no longer be done here."), "mend": mend, "resident": True}
    return {"what": _("Something went wrong on our side. Nothing was changed."), "mend": mend, "resident": True}
