"""What is sent, as JSON that can be stored: the same by HTTP and by MQTT."""

from __future__ import annotations

import json
from typing import Any

from toimiva.core.errors import Invalid

__all__ = ["read_json"]


def read_json(content: bytes) -> Any:
    """A JSON document. Raises Invalid for what is none, and for texts and numbers that no database takes."""
    try:
        if b"\\u0000" in content:
            raise ValueError("a null character cannot be stored")
        told = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
        if b"\\u" in content:
            json.dumps(told, ensure_ascii=False).encode()  # half a surrogate pair is no text
        return told
    except (ValueError, RecursionError) as error:
        raise Invalid(
            what="The body is not JSON.", why=str(error)[:200], mend="Send a JSON document in UTF-8."
        ) from error


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no value of JSON")
