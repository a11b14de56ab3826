"""Requests for data: what people miss in the catalogue, and what the city answers.

What somebody has written is seen by others once an official lets it be; nobody's name is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from toimiva.capabilities.datasets.catalogue import dataset
from toimiva.capabilities.datasets.models import DataRequest
from toimiva.core.errors import Conflict, Invalid, NotFound

__all__ = ["Answer", "answer", "ask_for", "shown", "support", "waiting"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an official answers: the new state or "erased", words, and the data set where one was opened."""

    state: str
    words: str = ""
    dataset: str = ""


def ask_for(title: str, text: str) -> DataRequest:
    """Keep a request; nobody sees it yet but officials."""
    return DataRequest.objects.create(title=title.strip(), text=text.strip(), made=timezone.now())


def shown() -> QuerySet[DataRequest]:
    """Requests that others may see: those without an answer first, by how many want them; then the newest answers."""
    return DataRequest.objects.exclude(state="new").order_by(F("answered").desc(nulls_first=True), "-voices", "-pk")


def waiting() -> QuerySet[DataRequest]:
    """Requests that an official has to look at, oldest first: new ones, and shown ones without an answer."""
    return DataRequest.objects.filter(state__in=["new", "shown"]).order_by("made", "pk")


def support(number: int) -> None:
    """One more who wants it. Raises NotFound for one that nobody sees, Conflict for one that is answered."""
    with transaction.atomic():
        row = shown().select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound(what=f"There is no request {number}.", mend="Choose one from the list.")
        if row.state != "shown":
            raise Conflict(what="This request has been answered.", mend="Read the answer, or ask for something else.")
        DataRequest.objects.filter(pk=number).update(voices=F("voices") + 1)


def answer(number: int, given: Answer, *, official: str) -> None:
    """Let a request be seen, erase it, or answer it for good.

    Raises NotFound for none that waits or a data set that is not there, Invalid for an answer without words.
    """
    with transaction.atomic():
        row = waiting().select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound(what=f"No request {number} waits for an answer.", mend="Choose one from the list.")
        if given.state == "erased":
            row.delete()
            return
        ends = given.state in ("opened", "declined")
        if ends and not given.words.strip():
            raise Invalid(what="The answer has no words.", mend="Write how it is opened, or why it is not.")
        if given.state == "opened":
            dataset(given.dataset)
        row.state, row.official = given.state, official
        if ends:
            row.answer, row.answered = given.words.strip(), timezone.now()
            row.dataset = given.dataset if given.state == "opened" else ""
        row.save()
