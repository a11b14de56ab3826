"""What happens becomes a notice for each hook of its topic, in the transaction in which it happens."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.utils import timezone

from toimiva.capabilities.webhooks.models import Hook, Notice
from toimiva.capabilities.webhooks.topics import TOPICS
from toimiva.core.event import Event

__all__ = ["TRIAL", "heard", "try_out"]

TRIAL = "hook.tried/1"


def heard(event: Event) -> None:
    """An event of a topic."""
    now = timezone.now()
    hooks = [hook for hook in Hook.objects.filter(ended=None).order_by("pk") if event.name in hook.topics]
    body = _body(event.name, TOPICS[event.name].tell(event), now) if hooks else ""
    Notice.objects.bulk_create(Notice(hook=hook, topic=event.name, body=body, made=now, due=now) for hook in hooks)


def try_out(hook: Hook) -> Notice:
    """A notice that tells nothing but that notices come."""
    now = timezone.now()
    return Notice.objects.create(hook=hook, topic=TRIAL, body=_body(TRIAL, {"hook": hook.pk}, now), made=now, due=now)


def _body(topic: str, data: Any, at: datetime) -> str:
    return json.dumps({"type": topic, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)
