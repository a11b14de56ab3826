"""What the operations of the web API share: how an instant is read, and how a refusal looks (RFC 9457)."""

from __future__ import annotations

from typing import Annotated

from ninja import Path, Schema
from pydantic import AwareDatetime, BeforeValidator

__all__ = ["REFUSALS", "Instant", "Number", "Problem", "Words"]


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("An instant is a text such as 2027-01-11T10:00:00Z.")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_text)]  # with its zone, and no bare number
Words = Annotated[str, BeforeValidator(str)]  # in the reader's language, worded as the answer is written
Number = Annotated[int, Path(ge=1, le=2**53)]  # of a row, in an address

REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 503})


class Problem(Schema):
    """A refusal: what happened as `title`, and why and how to mend it as `detail`."""

    type: str
    title: str
    status: int
    detail: str
