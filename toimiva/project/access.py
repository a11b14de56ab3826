"""Who may open each address: the one place where it is said, and the middleware that holds to it.

An address that is not here is open to nobody. `toimiva access-matrix` prints it by role, declared and tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from toimiva.core.errors import NotSignedIn, ToimivaError
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
    "my/services/": RESIDENT,
    "my/services/<int:permission>/end/": RESIDENT,
    "oauth/authorize/": RESIDENT,
    "oauth/token/": KEY,
    "oauth/revoke/": KEY,
    ".well-known/oauth-authorization-server": ANYONE,
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
    "sensors/": ANYONE,
    "sensors/places.geojson": ANYONE,
    "sensors/<int:thing>/": ANYONE,
    "sensors/<int:thing>/observations.csv": ANYONE,
    "devices/<str:city>/": official("devices"),
    "devices/in/<str:network>/": KEY,
    "gbfs/<str:city>/<str:name>.json": ANYONE,
    "twin/<str:city>/": ANYONE,
    "twin/<str:city>/tiles/<str:branch>/<path:name>": ANYONE,
    "twin/<str:city>/objects.json": ANYONE,
    "twin/<str:city>/object.json": ANYONE,
    "twin/<str:city>/plan.json": _DESIGN,
    "twin/<str:city>/live.json": ANYONE,
    "twin/<str:city>/noise.json": ANYONE,
    "lineage/<str:city>/": ANYONE,
    "lineage/<str:city>.<str:form>": ANYONE,
    "developers/": ANYONE,
    "developers/docs/": ANYONE,
    "developers/changes/": ANYONE,
    "developers/changes.atom": ANYONE,
    "developers/hooks/": ANYONE,  # shows the hooks of the key that is given
    "developers/key/": ANYONE,  # shows what the key that is given uses
    "developers/keys/": official("review"),
    "report/<str:city>/": ANYONE,
    "report/at/<str:token>/": LINK,
    "open311/<str:city>/discovery.<str:form>": ANYONE,
    "open311/<str:city>/v2/services.<str:form>": ANYONE,
    "open311/<str:city>/v2/requests.<str:form>": ANYONE,  # POST asks for a developer's key itself
    "open311/<str:city>/v2/requests/<int:number>.<str:form>": ANYONE,
    "open311/<str:city>/v2/tokens/<str:token>.<str:form>": LINK,
    "status/": ANYONE,
    "status.json": ANYONE,
    "developers/confirm/<str:proof>/": LINK,
    "data/": ANYONE,
    "data/feed.atom": ANYONE,
    "data/catalogue.<str:form>": ANYONE,
    "data/sql/<str:city>/": ANYONE,
    "data/requests/": ANYONE,
    "data/requests/review/": _STRATEGY,
    "data/requests/<int:number>/support/": ANYONE,
    "data/<str:name>/": ANYONE,
    "data/<str:name>.<str:form>": ANYONE,
    "api/3/action/<str:name>": ANYONE,
    "ogc/": ANYONE,
    "ogc/api": ANYONE,
    "ogc/conformance": ANYONE,
    "ogc/collections": ANYONE,
    "ogc/collections/<str:name>": ANYONE,
    "ogc/collections/<str:name>/items": ANYONE,
    "ogc/collections/<str:name>/items/<int:number>": ANYONE,
    "ogc/collections/<str:name>/tiles": ANYONE,
    "ogc/collections/<str:name>/tiles/WebMercatorQuad": ANYONE,
    "ogc/collections/<str:name>/tiles/WebMercatorQuad/<int:zoom>/<int:row>/<int:column>": ANYONE,
    "watches/": ANYONE,
    "watches/<str:city>/<str:watch>/": ANYONE,
    "watches/<str:city>/<str:watch>/<path:group>/": ANYONE,
    "sta/v1.1/": ANYONE,
    "sta/v1.1/<path:path>": ANYONE,  # what changes something asks for the key itself
    "i18n/setlang/": ANYONE,
    "healthz": ANYONE,
    "api/v1/": ANYONE,
    "api/v1/openapi.json": ANYONE,
    "api/v1/ledger/roots": ANYONE,
    "api/v1/ledger/keys": ANYONE,
    "api/v1/ledger/cosignatures": KEY,
    "api/v1/registers/<city>/<table>/<name>": KEY,
    "api/v1/gdpr/<subject>": KEY,
    "api/v1/my/offers": RESIDENT,
    "api/v1/my/offers/<offer>": RESIDENT,
    "api/v1/my/offers/<offer>/answer": RESIDENT,
    "api/v1/my/offers/<offer>/wishes": RESIDENT,
    "api/v1/my/data": RESIDENT,
    "api/v1/my/children": RESIDENT,
    "api/v1/my/children/<person>/data": RESIDENT,
    "api/v1/my/uses": RESIDENT,
    "api/v1/my/purposes": RESIDENT,
    "api/v1/my/purposes/<purpose>": RESIDENT,
    "api/v1/my/purposes/<purpose>/say": RESIDENT,
    "api/v1/my/receipts/<entry>": RESIDENT,
    "api/v1/my/contacts": RESIDENT,
    "api/v1/my/contacts/<kind>": RESIDENT,
    "api/v1/my/wish": RESIDENT,
    "api/v1/my/channels": RESIDENT,
    "api/v1/my/corrections": RESIDENT,
    "api/v1/my/mandates": RESIDENT,
    "api/v1/my/mandates/<mandate>": RESIDENT,
    "api/v1/my/acting": RESIDENT,
    "api/v1/my/acting/<giver>/offers": RESIDENT,
    "api/v1/my/acting/<giver>/data": RESIDENT,
    "api/v1/my/acting/<giver>/offers/<offer>/answer": RESIDENT,
    "api/v1/my/archive": RESIDENT,
    "api/v1/my/erasure": RESIDENT,
    "api/v1/my/services": RESIDENT,
    "api/v1/my/services/<permission>": RESIDENT,
    "api/v1/shared/<purpose>": KEY,
    "api/v1/sessions": SIGNED_IN,
    "api/v1/sessions/<session>": SIGNED_IN,
    "api/v1/offers/<token>": LINK,
    "api/v1/offers/<token>/answer": LINK,
    "api/v1/offers/<token>/wishes": LINK,
    "api/v1/rounds": _ROUNDS,
    "api/v1/rounds/plan/<city>/<service>": _ROUNDS,
    "api/v1/rounds/<round_id>": _ROUNDS,
    "api/v1/rounds/<round_id>/areas": _ROUNDS,
    "api/v1/rounds/<round_id>/report": _ROUNDS,
    "api/v1/rounds/<round_id>/paused": _ROUNDS,
    "api/v1/rounds/<round_id>/stop": _ROUNDS,
    "api/v1/services/<city>/<service>/signature": _ROUNDS,
    "api/v1/cases": _DESK,
    "api/v1/cases/<case>": _DESK,
    "api/v1/cases/<case>/assigned": _DESK,
    "api/v1/cases/<case>/notes": _DESK,
    "api/v1/cases/<case>/decision": _DESK,
    "api/v1/cases/<case>/closing": _DESK,
    "api/v1/cases/<case>/emergency": _DESK,
    "api/v1/corrections": official("corrections"),
    "api/v1/corrections/<correction>": official("corrections"),
    "api/v1/corrections/<correction>/answer": official("corrections"),
    "api/v1/review": official("review"),
    "api/v1/services/<city>": _DESIGN,
    "api/v1/services/<city>/<service>": _DESIGN,
    "api/v1/services/<city>/<service>/model": _DESIGN,
    "api/v1/drafts": _DESIGN,
    "api/v1/drafts/<draft>": _DESIGN,
    "api/v1/drafts/<draft>/parameters": _DESIGN,
    "api/v1/drafts/<draft>/texts/<language>/<key>": _DESIGN,
    "api/v1/drafts/<draft>/model": _DESIGN,
    "api/v1/drafts/<draft>/effect": _DESIGN,
    "api/v1/drafts/<draft>/publication": _DESIGN,
    "api/v1/strategy/<city>": _STRATEGY,
    "api/v1/strategy/<city>/<tile_id>": _STRATEGY,
    "api/v1/hooks/topics": ANYONE,
    "api/v1/hooks": KEY,
    "api/v1/hooks/<number>": KEY,
    "api/v1/hooks/<number>/trial": KEY,
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
        if found is not None and not isinstance(found, ToimivaError) and request.path.startswith("/api/"):
            found = NotSignedIn(what="Nobody is signed in.", mend="Sign in on the site, and send its session's cookie.")
        return answer_to(request, found) if isinstance(found, ToimivaError) else found
