"""Hooks: made when their address takes a first notice, tried, listed, ended. Each is of a developer's key."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from django.utils import timezone
from django.utils.crypto import salted_hmac

from toimiva.capabilities.developers import api as developers
from toimiva.capabilities.webhooks.addresses import target_of
from toimiva.capabilities.webhooks.models import Hook, Notice
from toimiva.capabilities.webhooks.topics import TOPICS
from toimiva.core.errors import Conflict, Invalid, NotFound

__all__ = ["MOST", "end", "hook_of", "hooks_of", "key_bytes", "secret_of", "subscribe"]

MOST = 20  # hooks of a key


def subscribe(key: developers.Key, url: str, topics: Sequence[str]) -> Hook:
    """A hook that is told of these topics from now on.

    Raises Invalid for an address that may not be asked or topics that there are not, Conflict for more than may be.
    """
    unknown = [topic for topic in topics if topic not in TOPICS]
    if unknown or not topics:
        what = f"There is no topic {unknown[0][:40]!r}." if unknown else "No topic is named."
        raise Invalid(what=what, mend=f"Use some of {', '.join(TOPICS)}.")
    target_of(url)
    mine = Hook.objects.filter(key=key.pk, ended=None)
    if mine.count() >= MOST:
        raise Conflict(what=f"A key may have {MOST} hooks.", mend="End one that you need no more.")
    now = timezone.now()
    return Hook.objects.create(key=key.pk, url=url, topics=sorted({*topics}), made=now, taken=now)


def hooks_of(key: developers.Key) -> list[Hook]:
    """Those that hold, oldest first."""
    return list(Hook.objects.filter(key=key.pk, ended=None).order_by("pk"))


def hook_of(key: developers.Key, number: int) -> Hook:
    """A hook of the key's by its number. Raises NotFound."""
    row = Hook.objects.filter(key=key.pk, pk=number, ended=None).first()
    if row is None:
        raise NotFound(what=f"The key has no hook {number}.", mend="See which it has.")
    return row


def secret_of(hook: Hook) -> str:
    """What its notices are signed with, as the receiver's library takes it (Standard Webhooks): nowhere stored."""
    return f"whsec_{base64.b64encode(key_bytes(hook)).decode()}"


def key_bytes(hook: Hook) -> bytes:
    """The same as bytes."""
    return salted_hmac("webhooks.secret", f"{hook.pk} {hook.made.isoformat()}", algorithm="sha256").digest()


def end(hook: Hook) -> None:
    """It is told nothing from now on."""
    Hook.objects.filter(pk=hook.pk, ended=None).update(ended=timezone.now())
    Notice.objects.filter(hook=hook).update(due=None)
