"""The report of a measured round: as CSV for machines, as PDF/UA for a council's table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _

from toimiva.capabilities.rounds.models import Round
from toimiva.core.errors import Conflict

__all__ = ["report_csv", "report_pdf"]

_TEMPLATE = Path(__file__).with_name("report.typ")


def report_csv(row: Round) -> str:
    """One figure a line. Raises Conflict before the round is measured."""
    lines = io.StringIO()
    csv.writer(lines).writerows([("figure", "value"), *_flat("", _measured(row))])
    return lines.getvalue()


def report_pdf(row: Round, *, title: str, city: str, method: str, language: str) -> bytes:
    """The figures that the round's page shows, as an accessible PDF. Raises Conflict before the round is measured."""
    summary = _measured(row)
    content = {
        "title": title, "city": city, "language": language, "method": method,
        "footer": f"{row.id} · {summary['ledger']['root'][:16]}",
        "simulated": _("Simulated: nobody here is a real person.") if summary["simulated"] else "",
        "sections": [_published(summary), _quality(summary), *_fairness(summary)],
    }  # fmt: skip
    inputs = {"report": json.dumps(content, ensure_ascii=False)}
    pdf = typst.Compiler(_TEMPLATE).compile(sys_inputs=inputs, format="pdf", pdf_standards=["ua-1"])
    assert isinstance(pdf, bytes)  # noqa: S101 - one file, as no output path is given
    return pdf


def _measured(row: Round) -> dict[str, Any]:
    if not row.summary:
        raise Conflict(what=f"Round {row.id} is not measured yet.", mend="Come back when both windows have closed.")
    return dict(row.summary)


Section = dict[str, Any]


def _published(summary: Mapping[str, Any]) -> Section:
    """This round beside the figures that Helsinki has published."""
    offered = summary["offered"]
    confirmed = f"{summary['reply_to_confirmation_s']['p99']} s"
    return {
        "title": _("Beside Helsinki's published figures"),
        "head": ["", _("This round"), "2020", _("2021 on")],
        "rows": [
            [_("Offered a place"), str(offered), "1058", "5500–5600"],
            [_("Replied"), _share(summary["replied"], offered), "93 %", "–"],
            [_("Accepted"), _share(summary["accepted"], offered), "83 %", "90 %"],
            [_("From reply to confirmation, 99 of 100 within (measured)"), confirmed, "–", "60 s"],
        ],
    }


def _quality(summary: Mapping[str, Any]) -> Section:
    travel = summary["travel_m"]
    return {
        "title": _("Report"),
        "head": ["", _("This round")],
        "rows": [
            [_("Travel, mean"), f"{travel['mean']:.0f} m"],
            [_("Travel, longest"), f"{travel['max']:.0f} m"],
            [_("Justified envy"), str(summary["justified_envy"])],
            [_("Gap to the optimum"), str(summary["optimality_gap"])],
        ],
    }


def _fairness(summary: Mapping[str, Any]) -> Iterator[Section]:
    titles = {
        "district": _("By district"), "language": _("By mother tongue"), "income_area": _("By income of the area"),
    }  # fmt: skip
    head = [_("Group"), _("Offered"), _("Replied"), _("Accepted"), _("Travel, mean")]
    for dimension, groups in summary["fairness"].items():
        yield {
            "title": titles.get(dimension, _("By provider of early education")),
            "head": head,
            "rows": [
                [g["group"], str(g["offered"]), _part(g["replied"]), _part(g["accepted"]), _metres(g["travel_m"])]
                for g in groups
            ],
        }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _part(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _metres(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} m"


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Nested figures as (dotted name, value)."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{name}.{key}".lstrip("."), item)
    elif isinstance(value, list):
        for item in value:
            yield from _flat(f"{name}.{item.get('group', '')}" if isinstance(item, dict) else name, item)
    else:
        yield name, value
