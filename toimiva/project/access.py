"""Who may open each address: the one place where it is said, and the middleware that holds to it.

An address that is not here is open to nobody. `toimiva access-matrix` prints it by role, declared and tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from toimiva.core.errors import ToimivaError
from toimiva.core.identity.api import ANYONE, DEVELOPMENT, KEY, LINK, RESIDENT, SIGNED_IN, official, refusal
from toimiva.core.ui.api import answer_to

__all__ = ["ACCESS", "Access"]

_STRATEGY, _ROUNDS, _DESIGN = official("strategy"), official("rounds"), official("design")
_DESK, _PHONES = official("desk"), official("offers")

ACCESS: Mapping[str, str] = {
    "": _STRATEGY,
    "strategy/<str:city>/<str:tile_id>/": _STRATEGY,
    "tour/": _STRATEGY,
    "components/": _STRATEGY,
    "rounds/": _ROUNDS,
    "cities/<str:city>/services/<str:service>/sign/": _ROUNDS,
    "cities/<str:city>/services/<str:service>/start/": _ROUNDS,
    "rounds/plan/<str:city>/<str:service>/": _ROUNDS,
    "rounds/<str:round_id>/": _ROUNDS,
    "rounds/<str:round_id>/areas.geojson": _ROUNDS,
    "rounds/<str:round_id>/progress/": _ROUNDS,
    "rounds/<str:round_id>/stop/": _ROUNDS,
    "rounds/<str:round_id>/report.csv": _ROUNDS,
    "rounds/<str:round_id>/report.pdf": _ROUNDS,
    "rounds/<str:round_id>/pause/": _ROUNDS,
    "services/": _DESIGN,
    "services/<str:city>/<str:service>/": _DESIGN,
    "services/<str:city>/<str:service>/decision.dmn": _DESIGN,
    "services/<str:city>/<str:service>/draft/": _DESIGN,
    "drafts/<int:draft_id>/": _DESIGN,
    "drafts/<int:draft_id>/editor/": _DESIGN,
    "drafts/<int:draft_id>/decision.dmn": _DESIGN,
    "drafts/<int:draft_id>/effect/": _DESIGN,
    "desk/": _DESK,
    "desk/<int:case_id>/": _DESK,
    "desk/refused/": official("review"),
    "desk/corrections/": official("corrections"),
    "desk/corrections/<int:correction>/": official("corrections"),
    "phones/": _PHONES,
    "phones/<str:number>/": _PHONES,
    "o/<str:token>/": LINK,
    "o/<str:token>/places.geojson": LINK,
    "o/<str:token>/decision.pdf": LINK,
    "my/": RESIDENT,
    "my/data/": RESIDENT,
    "my/data/<str:person>/": RESIDENT,
    "my/contacts/": RESIDENT,
    "my/mandates/": RESIDENT,
    "my/mandates/<int:number>/end/": RESIDENT,
    "my/for/<str:giver>/": RESIDENT,  # the page itself asks for the mandate
    "my/uses/": RESIDENT,
    "my/archive.zip": RESIDENT,
    "my/erasure/": RESIDENT,
    "my/purposes/": RESIDENT,
    "my/purposes/<str:purpose>/": RESIDENT,
    "my/receipts/<int:entry>/": RESIDENT,
    "sessions/": SIGNED_IN,
    "sessions/<int:number>/end/": SIGNED_IN,
    "sign-out/": ANYONE,
    "sign-in/<str:kind>/": ANYONE,
    "sign-in/<str:kind>/back/": ANYONE,
    "act-as/": ANYONE,  # refuses by itself unless the staff pages are open
    "development-issuer/.well-known/openid-configuration": DEVELOPMENT,
    "development-issuer/jwks/": DEVELOPMENT,
    "development-issuer/authorize/": DEVELOPMENT,
    "development-issuer/token/": DEVELOPMENT,
    "i18n/setlang/": ANYONE,
    "healthz": ANYONE,
    "api/v1/": ANYONE,
    "api/v1/openapi.json": ANYONE,
    "api/v1/ledger/roots": ANYONE,
    "api/v1/ledger/keys": ANYONE,
    "api/v1/ledger/cosignatures": KEY,
    "api/v1/registers/<city>/<table>/<name>": KEY,
    "api/v1/gdpr/<subject>": KEY,
    "api/v1/gateways/http/replies": KEY,
    "api/v1/gateways/http/receipts": KEY,
}


class Access:
    """Middleware: a request goes on to its page only if it is of the page's audience."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponse | None:
        """The way to sign in, or a refusal, for one who is not of the audience."""
        match = request.resolver_match
        found = refusal(request, ACCESS.get(match.route) if match else None)
        return answer_to(request, found) if isinstance(found, ToimivaError) else found
