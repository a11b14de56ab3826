"""Headers that every answer carries: nothing from outside is loaded, and links are not leaked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

__all__ = ["SecurityHeaders", "content_policy"]


def content_policy(*styles: str, leads_to: str = "") -> str:
    """The Content-Security-Policy: all from the site itself, and inline styles only with one of these hashes.

    The answer of a form may lead to the origin `leads_to`.
    """
    forms = f"'self' {leads_to}".strip()
    hashed = "".join(f" '{style}'" for style in ("unsafe-hashes", *styles)) if styles else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{hashed}; img-src 'self' data: blob:; "
        f"font-src 'self'; connect-src 'self'; worker-src 'self'; form-action {forms}; frame-ancestors 'none'; "
        "base-uri 'none'"
    )


_POLICY = content_policy()


class SecurityHeaders:
    """Middleware: a strict Content-Security-Policy; pages with personal data are not kept by caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that the view has not set itself."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
