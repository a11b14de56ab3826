"""Hooks for programs: made, listed, tried and ended with the developer's key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.security import APIKeyHeader

from toimiva.capabilities.developers import api as developers
from toimiva.capabilities.webhooks import subscribing
from toimiva.capabilities.webhooks.delivering import last_of
from toimiva.capabilities.webhooks.models import Hook
from toimiva.capabilities.webhooks.telling import try_out
from toimiva.capabilities.webhooks.topics import TOPICS
from toimiva.core.http import REFUSALS, Number, Problem

__all__ = ["router"]


class DeveloperKey(APIKeyHeader):
    """The key from /developers/."""

    param_name = "X-API-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> developers.Key | None:
        """The key, while it holds."""
        return developers.key_of(request)


class HookIn(Schema):
    """An address of yours, and what it is told of."""

    url: str = Field(max_length=500)
    topics: list[str] = Field(max_length=20)


class NoticeOut(Schema):
    """What was told last; `answer` is the status that came back, or why none did."""

    id: int
    topic: str
    made: datetime
    tries: int
    answer: str
    taken: datetime | None


class HookOut(Schema):
    """A hook."""

    id: int
    url: str
    topics: list[str]
    made: datetime
    notices: list[NoticeOut]


class HookMade(HookOut):
    """A new hook with the secret that its notices are signed with (Standard Webhooks)."""

    secret: str


class TopicOut(Schema):
    """A topic."""

    name: str
    about: str


router = Router(auth=DeveloperKey(), tags=["hooks"])


def _told(row: Hook) -> dict[str, Any]:
    names = ("id", "topic", "made", "tries", "answer", "taken")
    notices = [{name: getattr(one, name) for name in names} for one in last_of(row, 10)]
    return {"id": row.pk, "url": row.url, "topics": row.topics, "made": row.made, "notices": notices}


def _key(request: HttpRequest) -> developers.Key:
    found: developers.Key = request.auth  # type: ignore[attr-defined]
    return found


@router.get("/topics", response={200: list[TopicOut], REFUSALS: Problem}, auth=None)
def topics(request: HttpRequest) -> list[dict[str, str]]:
    """What can be subscribed to."""
    return [{"name": name, "about": str(topic.about)} for name, topic in TOPICS.items()]


@router.get("", response={200: list[HookOut], REFUSALS: Problem})
def hooks(request: HttpRequest) -> list[dict[str, Any]]:
    """The key's hooks, each with what it was told last."""
    return [_told(row) for row in subscribing.hooks_of(_key(request))]


@router.post("", response={201: HookMade, REFUSALS: Problem})
def make_hook(request: HttpRequest, body: HookIn) -> Status[dict[str, Any]]:
    """A hook; a first notice (`hook.tried/1`) is on its way to it."""
    row = subscribing.subscribe(_key(request), body.url, body.topics)
    try_out(row)
    return Status(201, _told(row) | {"secret": subscribing.secret_of(row)})


@router.post("/{number}/trial", response={202: HookOut, REFUSALS: Problem})
def try_hook(request: HttpRequest, number: Number) -> Status[dict[str, Any]]:
    """Send it a notice that tells nothing but that notices come."""
    row = subscribing.hook_of(_key(request), number)
    try_out(row)
    return Status(202, _told(row))


@router.delete("/{number}", response={204: None, REFUSALS: Problem})
def end_hook(request: HttpRequest, number: Number) -> Status[None]:
    """It is told nothing from now on."""
    subscribing.end(subscribing.hook_of(_key(request), number))
    return Status(204, None)
