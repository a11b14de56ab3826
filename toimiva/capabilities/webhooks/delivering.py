"""Notices that are due are posted, signed as Standard Webhooks says, and again later where they are not taken."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from toimiva.capabilities.developers import api as developers
from toimiva.capabilities.webhooks.addresses import target_of
from toimiva.capabilities.webhooks.models import Hook, Notice
from toimiva.capabilities.webhooks.subscribing import end, key_bytes
from toimiva.core.errors import Invalid

__all__ = ["WAIT_S", "deliver", "forget_old", "last_of", "late_notices", "signature"]

# How long after each try the next one is (Standard Webhooks, version 1, "Recommended retry schedule").
_AGAIN = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
_AT_ONCE = 64
WAIT_S = 10.0  # for an answer, from looking the name up
_LEASE = timedelta(minutes=2)  # for whoever sends it now; if they stop, it is due again
_PATIENCE, _KEPT = timedelta(days=5), timedelta(days=30)
_LOG = logging.getLogger("toimiva.webhooks")


def deliver() -> int:
    """Post what is due; how many were taken."""
    notices = _claim(timezone.now())
    if not notices:
        return 0
    with ThreadPoolExecutor(1) as thread:  # whoever calls may have a loop of their own
        answers = thread.submit(lambda: asyncio.run(_post_all(notices))).result()
    now = timezone.now()
    return sum(_note(notice, answer, now) for notice, answer in zip(notices, answers, strict=True))


def _claim(now: datetime) -> list[Notice]:
    """Those that are due, so that nobody else sends them now."""
    with transaction.atomic():
        due = Notice.objects.filter(due__lte=now, hook__ended=None).select_related("hook").order_by("due", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due[:_AT_ONCE])
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(due=now + _LEASE)
    return rows


def signature(hook: Hook, identifier: str, at: int, body: bytes) -> str:
    """HMAC-SHA-256 over the notice's identifier, the time (s) and the body."""
    signed = hmac.new(key_bytes(hook), f"{identifier}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


async def _post_all(notices: Sequence[Notice]) -> list[str]:
    async with httpx.AsyncClient(timeout=WAIT_S, follow_redirects=False, trust_env=False) as client:
        return await asyncio.gather(*(_post_in_time(client, one) for one in notices))


async def _post_in_time(client: httpx.AsyncClient, notice: Notice) -> str:
    """The answer, or why there is none. A server that answers a byte at a time has no longer than any other."""
    try:
        async with asyncio.timeout(WAIT_S):
            return await _post(client, notice)
    except (httpx.HTTPError, httpx.InvalidURL, Invalid, TimeoutError, ValueError) as error:
        return f"{type(error).__name__}: {error}"[:120]


async def _post(client: httpx.AsyncClient, notice: Notice) -> str:
    """The status that was answered."""
    body, at, identifier = notice.body.encode(), int(time.time()), f"notice_{notice.pk}"
    target = await asyncio.to_thread(target_of, notice.hook.url)
    headers = {
        "host": target.host, "content-type": "application/json", "webhook-id": identifier,
        "webhook-timestamp": str(at), "webhook-signature": signature(notice.hook, identifier, at, body),
    }  # fmt: skip
    extensions = {"sni_hostname": target.name}  # the certificate is of the name, the connection to the number
    async with client.stream("POST", target.url, content=body, headers=headers, extensions=extensions) as answer:
        return str(answer.status_code)


def _note(notice: Notice, answer: str, now: datetime) -> bool:
    """What came of a try."""
    taken = answer.startswith("2") and answer.isdecimal()
    tries = notice.tries + 1
    again = None if taken or tries > len(_AGAIN) else now + _AGAIN[tries - 1]
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(tries=tries, answer=answer, taken=now if taken else None, due=again)
        if taken:
            Hook.objects.filter(pk=notice.hook_id).update(taken=now)
        elif answer == "410" or now - notice.hook.taken > _PATIENCE:
            _give_up(notice.hook, answer)
    return taken


def _give_up(hook: Hook, answer: str) -> None:
    """End a hook that takes nothing, and tell its developer."""
    if not Hook.objects.filter(pk=hook.pk, ended=None).exists():
        return
    end(hook)
    _LOG.warning("The hook %s took nothing for days and has ended: %s", hook.pk, answer)
    words = {"url": hook.url, "answer": answer, "page": f"{settings.SITE_URL}/developers/hooks/"}
    developers.write_to(hook.key, f"hook-ended/{hook.pk}", lambda language: (
        _("Your webhook has ended"),
        _("%(url)s did not take our notices (%(answer)s), and we have ended the hook. Make it anew: %(page)s") % words,
    ))  # fmt: skip


def late_notices(*, before: datetime) -> int:
    """Notices that were due before an instant and that nobody has tried to post."""
    return Notice.objects.filter(due__lt=before, hook__ended=None).count()


def forget_old(now: datetime) -> int:
    """Delete what was told more than a month ago, and hooks that ended then."""
    before = now - _KEPT
    gone, _rows = Notice.objects.filter(made__lt=before, due=None).delete()
    Hook.objects.filter(ended__lt=before).delete()
    return gone


def last_of(hook: Hook, count: int) -> list[Notice]:
    """The newest notices of a hook."""
    return list(hook.notices.order_by("-pk")[:count])
