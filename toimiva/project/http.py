"""The web API's root: routers of the parts, by name."""

from __future__ import annotations

from ninja import NinjaAPI

__all__ = ["api"]

api = NinjaAPI(title="Toimiva", version="1", docs_url=None, urls_namespace="api")
api.add_router("/registers", "toimiva.core.registers.http.router")
api.add_router("/ledger", "toimiva.core.ledger.http.router")
api.add_router("/gateways", "toimiva.core.channels.http.router")
