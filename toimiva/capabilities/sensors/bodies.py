"""What is sent, as JSON that can be stored, the same by HTTP and by MQTT; and what is answered."""

from __future__ import annotations

import json
from typing import Any

import orjson

from toimiva.core.errors import Invalid

__all__ = ["read_json", "write_json"]


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


def write_json(told: Any) -> bytes:
    """A JSON document; by the slower way where it has integers that orjson does not take, as people may store them."""
    try:
        return orjson.dumps(told)
    except orjson.JSONEncodeError:
        return json.dumps(told).encode()


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no value of JSON")
