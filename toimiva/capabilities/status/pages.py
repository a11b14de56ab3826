"""How the platform is: a page for people, the same as JSON for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from toimiva.capabilities.status.checks import PARTS
from toimiva.capabilities.status.watching import DAYS, Standing, outages, standings

__all__ = ["status", "status_json"]

_BARS = ((0.999, "good"), (0.95, "fair"), (0.0, "bad"))


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Every part now and by day, and outages."""
    now = timezone.now()
    rows = standings(at=now)
    shown = {
        "rows": [_shown(row) for row in rows], "well": not any(row.why for row in rows), "at": now, "count": DAYS,
        "outages": [{"row": row, "title": PARTS[row.part].title} for row in outages(at=now) if row.part in PARTS],
        "resident": True,
    }  # fmt: skip
    return render(request, "status/status.html", shown)


def _shown(row: Standing) -> dict[str, Any]:
    share = row.share
    return {
        "title": PARTS[row.part].title, "row": row, "share": None if share is None else 100 * share,
        "bars": [("none" if day is None else next(name for least, name in _BARS if day >= least)) for day in row.days],
    }  # fmt: skip


@require_safe
def status_json(request: HttpRequest) -> JsonResponse:
    """The same for programs; 200 whether all is well or not."""
    now = timezone.now()
    rows = standings(at=now)
    told = {
        "at": now.isoformat(), "well": not any(row.why for row in rows),
        "parts": [
            {"part": row.part, "well": not row.why, "why": row.why, "share_of_minutes": row.share,
             "looked": row.looked.isoformat() if row.looked else None}
            for row in rows
        ],
        "outages": [
            {"part": row.part, "since": row.since.isoformat(), "until": row.until.isoformat() if row.until else None,
             "why": row.why}
            for row in outages(at=now)
        ],
    }  # fmt: skip
    return JsonResponse(told, headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"})
