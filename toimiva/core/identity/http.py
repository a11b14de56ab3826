"""Sessions of whoever is signed in: which are open, and ending one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from toimiva.core.http import REFUSALS, Number, Problem
from toimiva.core.identity import sessions
from toimiva.core.identity.cookies import Session
from toimiva.core.identity.models import SignIn

__all__ = ["router"]

router = Router(auth=Session(), tags=["sessions"])


class SessionOut(Schema):
    """An open session; `agent` is what its browser calls itself."""

    id: int
    started: datetime
    seen: datetime
    agent: str


@router.get("", response={200: list[SessionOut], REFUSALS: Problem})
def list_sessions(request: HttpRequest) -> list[SignIn]:
    """One's open sessions, newest first."""
    return sessions.list_open(request.auth)  # type: ignore[attr-defined]


@router.delete("/{session}", response={204: None, REFUSALS: Problem})
def end_session(request: HttpRequest, session: Number) -> Any:
    """End one of them, perhaps on another device."""
    sessions.end_one(request.auth, session)  # type: ignore[attr-defined]
    return Status(204, None)
