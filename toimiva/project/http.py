"""The web API's root: routers of the parts, by name; every refusal is a problem document (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

__all__ = ["api"]

_PROBLEM = "application/problem+json"


def _is_problem(answer: dict[str, Any]) -> bool:
    """Whether a described answer is a problem document; the GDPR API has refusals of its own form."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).endswith("/Problem")


class _Api(NinjaAPI):
    def get_openapi_schema(self, *arguments: Any, **named: Any) -> OpenAPISchema:
        """The description, in which refusals are of the type that they are."""
        found = super().get_openapi_schema(*arguments, **named)
        answers = (
            answer
            for operations in found["paths"].values()
            for operation in operations.values()
            for code, answer in operation["responses"].items()
            if int(code) >= 400 and _is_problem(answer)
        )
        for answer in answers:
            answer["content"] = {_PROBLEM: answer["content"].pop("application/json")}
        return found


api = _Api(title="Toimiva", version="1", docs_url=None, urls_namespace="api")
api.add_router("/registers", "toimiva.core.registers.http.router")
api.add_router("/ledger", "toimiva.core.ledger.http.router")
api.add_router("/gdpr", "toimiva.capabilities.profile.gdpr.router")
api.add_router("/my", "toimiva.capabilities.profile.http.router")
api.add_router("/my/air", "toimiva.capabilities.air.http.router")
api.add_router("/my/services", "toimiva.capabilities.sharing.http.own")
api.add_router("/shared", "toimiva.capabilities.sharing.http.router")
api.add_router("/sessions", "toimiva.core.identity.http.router")
api.add_router("/offers", "toimiva.capabilities.offers.http.router")
api.add_router("/rounds", "toimiva.capabilities.rounds.http.router")
api.add_router("/cases", "toimiva.capabilities.desk.http.router")
api.add_router("/corrections", "toimiva.capabilities.desk.http.corrections")
api.add_router("/review", "toimiva.capabilities.desk.http.review")
api.add_router("/services", "toimiva.capabilities.design.http.router")
api.add_router("/drafts", "toimiva.capabilities.design.http.drafts")
api.add_router("/strategy", "toimiva.capabilities.strategy.http.router")
api.add_router("/hooks", "toimiva.capabilities.webhooks.http.router")
api.add_router("/gateways", "toimiva.core.channels.http.router")


def _problem(status: int, title: str, detail: str) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type=_PROBLEM)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """What in the request is not as described, and where."""
    found = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in getattr(error, "errors", [])]
    return _problem(422, "The request is not as the operation describes it.", "; ".join(found))


@api.exception_handler(AuthenticationError)
def not_known(request: HttpRequest, error: AuthenticationError | type[AuthenticationError]) -> HttpResponse:
    """Without the key."""
    answer = _problem(401, "The key is missing or wrong.", "Send it as `Authorization: Bearer KEY`.")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def not_so(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    """A body that cannot be read at all."""
    return _problem(getattr(error, "status_code", 400), "The request cannot be read.", str(error))
