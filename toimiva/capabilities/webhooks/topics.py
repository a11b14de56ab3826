"""What programs can be told of: events of other parts, in words that programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from toimiva.capabilities.datasets.events import DatasetChanged
from toimiva.capabilities.developers.events import InterfaceChanged
from toimiva.capabilities.proposals.events import ProposalDecided, ProposalOpened
from toimiva.capabilities.reports.events import ReportAnswered, ReportMade
from toimiva.capabilities.watches.events import AlarmPassed, AlarmRaised
from toimiva.core.event import Event

__all__ = ["TOPICS", "Topic"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by the event that it is of: what people read of it, and what programs are told."""

    event: type[Event]
    about: Promise
    tell: Callable[[Any], Mapping[str, Any]]


def _raised(event: AlarmRaised) -> Mapping[str, Any]:
    return _alarm(event) | {"group": event.group}


def _alarm(event: AlarmRaised | AlarmPassed) -> dict[str, Any]:
    return {
        "city": event.city, "watch": event.watch, "at": event.at.isoformat(),
        "thing": f"{settings.SITE_URL}/sta/v1.1/Things({event.thing})",
        "page": f"{settings.SITE_URL}/watches/{event.city}/{event.watch}/",
    }  # fmt: skip


def _dataset(event: DatasetChanged) -> Mapping[str, Any]:
    return {
        "city": event.city, "dataset": event.dataset, "rows": event.rows, "at": event.at.isoformat(),
        "page": f"{settings.SITE_URL}/data/{event.dataset}/",
    }  # fmt: skip


def _report(event: ReportMade | ReportAnswered) -> Mapping[str, Any]:
    address = f"{settings.SITE_URL}/open311/{event.city}/v2/requests/{event.report}.json"
    return {"city": event.city, "kind": event.kind, "at": event.at.isoformat(), "report": address}


def _proposal(event: ProposalOpened | ProposalDecided) -> Mapping[str, Any]:
    page = f"{settings.SITE_URL}/proposals/{event.city}/{quote(event.plan)}/"
    return {"city": event.city, "plan": event.plan, "at": event.at.isoformat(), "page": page}


def _opened(event: ProposalOpened) -> Mapping[str, Any]:
    return {**_proposal(event), "closes": event.closes}


def _interface(event: InterfaceChanged) -> Mapping[str, Any]:
    page = f"{settings.SITE_URL}/developers/changes/#{event.change}"
    return {"change": event.change, "title": event.title, "sunset": event.sunset, "page": page}


TOPICS: Mapping[str, Topic] = {
    topic.event.name: topic
    for topic in (
        Topic(AlarmRaised, gettext_lazy("A watch over sensors raises an alarm"), _raised),
        Topic(AlarmPassed, gettext_lazy("An alarm has passed"), _alarm),
        Topic(DatasetChanged, gettext_lazy("The rows of a data set have changed"), _dataset),
        Topic(ReportMade, gettext_lazy("A resident has told of something wrong"), _report),
        Topic(ReportAnswered, gettext_lazy("What a resident told of is answered"), _report),
        Topic(ProposalOpened, gettext_lazy("Residents are heard on a plan"), _opened),
        Topic(ProposalDecided, gettext_lazy("The city has answered residents on a plan"), _proposal),
        Topic(InterfaceChanged, gettext_lazy("The interface changes, or a part of it will end"), _interface),
    )
}
