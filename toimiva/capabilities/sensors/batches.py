"""Many requests in one (OGC 18-088, section 11): as JSON (OData JSON 4.01, section 19), or as parts of a message (OData
4.0 part 1, section 11.7). Each has its own answer, in order; those of a group are done all, or none of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from email import policy
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import connection, transaction
from django.http import HttpResponse

from toimiva.capabilities.sensors.bodies import read_json, write_json
from toimiva.capabilities.sensors.schema import BASE
from toimiva.core.errors import Invalid

__all__ = ["Asked", "answer_batch", "apart"]

_MOST = 1000
_ROOT = f"/{BASE.rpartition('/')[2]}/"


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the requests: what it is called (`key`), where it goes below the root, and the `group` that it is of."""

    key: str
    method: str
    path: str
    query: str
    body: bytes
    kind: str
    group: str


Answered = tuple[Asked, HttpResponse]


class _GroupFailed(Exception):
    """One of a group was refused: what was done of the others is undone."""


def apart(do: Callable[[], HttpResponse]) -> HttpResponse:
    """Within the transaction of a group, or of a batch with a key, what fails leaves the others as they are."""
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        return do()


def answer_batch(content: bytes, kind: str, do: Callable[[Asked], HttpResponse]) -> HttpResponse:
    """The answers, in the format in which the requests came. Whatever `do` refuses it answers, and has undone.

    Raises Invalid for what is no batch.
    """
    if kind.partition(";")[0].strip().lower() == "multipart/mixed":
        answered = list(_answers(list(_of_message(content, kind)), do))
        boundary = f"batch_{uuid4().hex}"
        return HttpResponse(_message(answered, boundary), content_type=f"multipart/mixed; boundary={boundary}")
    told = [_as_json(*one) for one in _answers(_of_json(content), do)]
    return HttpResponse(write_json({"responses": told}), content_type="application/json")


def _answers(asked: Sequence[Asked], do: Callable[[Asked], HttpResponse]) -> Iterator[Answered]:
    if len(asked) > _MOST:
        raise Invalid(what=f"A batch has more than {_MOST} requests.", mend="Send them in parts.")
    made: dict[str, str] = {}
    for group, some in groupby(asked, key=lambda one: one.group):
        if group:
            yield from _together(list(some), do, made)
        else:
            yield from (_apart(one, do, made) for one in some)


def _apart(one: Asked, do: Callable[[Asked], HttpResponse], made: dict[str, str]) -> Answered:
    answer = do(_resolved(one, made))
    if "Location" in answer.headers:
        made[one.key] = answer.headers["Location"]
    return one, answer


def _together(some: Sequence[Asked], do: Callable[[Asked], HttpResponse], made: dict[str, str]) -> list[Answered]:
    """All of a group; where one is refused it says why, and the others that they were not done."""
    told: list[Answered] = []
    known = dict(made)
    try:
        with transaction.atomic():
            for one in some:
                told.append(_apart(one, do, made))
                if told[-1][1].status_code >= 400:
                    raise _GroupFailed
    except _GroupFailed:
        made.clear()
        made.update(known)
        *_, failed = told
        return [failed if one is failed[0] else (one, _undone(failed[0].key)) for one in some]
    return told


def _undone(other: str) -> HttpResponse:
    title = f"Nothing of this group was done: {other[:60]!r} was refused."
    told = {"type": "about:blank", "title": title, "status": 424, "detail": "Mend that one, and send the group again."}
    return HttpResponse(write_json(told), status=424, content_type="application/json")


def _resolved(one: Asked, made: dict[str, str]) -> Asked:
    """`$1` in its address or body is what the request with that id has made."""
    path, body = one.path, one.body
    for name, link in sorted(made.items(), key=lambda pair: -len(pair[0])):
        path = path.replace(f"${name}", link.rpartition("/")[2]) if path.startswith(f"${name}") else path
        body = body.replace(f'"${name}"'.encode(), link.rpartition("(")[2].rstrip(")").encode())
    return replace(one, path=path, body=body)


def _asked(key: str, method: str, url: str, body: bytes, kind: str, group: str) -> Asked:
    parts = urlsplit(url)
    path = parts.path.partition(_ROOT)[2] or parts.path.lstrip("/")
    return Asked(key, method.upper(), path, parts.query, body, kind, group)


def _of_json(content: bytes) -> list[Asked]:
    told = read_json(content)
    asked = told.get("requests") if isinstance(told, dict) else None
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise Invalid(what='A batch is {"requests": [...]}, or multipart/mixed.', mend="Send objects in the list.")
    return [_of_object(one) for one in asked]


def _of_object(one: dict[str, Any]) -> Asked:
    body = json.dumps(one["body"]).encode() if "body" in one else b""
    headers = one.get("headers")
    named = {str(name).lower(): str(text) for name, text in headers.items()} if isinstance(headers, dict) else {}
    kind, group = named.get("content-type", ""), str(one.get("atomicityGroup", ""))
    return _asked(str(one.get("id", "")), str(one.get("method", "")), str(one.get("url", "")), body, kind, group)


def _as_json(one: Asked, answer: HttpResponse) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.key, "status": answer.status_code}
    if "Location" in answer.headers:
        told["location"] = answer.headers["Location"]
    if answer.content:
        is_json = "json" in answer.headers["Content-Type"]
        told["body"] = json.loads(answer.content) if is_json else answer.content.decode()
    return told


def _of_message(content: bytes, kind: str) -> Iterator[Asked]:
    """Requests of a multipart message; a part that is multipart itself is a group (a change set)."""
    whole = BytesParser(policy=policy.HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
    if not whole.is_multipart() or whole.defects:
        raise Invalid(what="The batch cannot be taken apart.", mend="Close it by its boundary, as OData 4.0 says.")
    for number, part in enumerate(_parts(whole)):
        if part.get_content_type() == "multipart/mixed":
            for place, inner in enumerate(_parts(part)):
                yield _of_part(inner, f"{number}.{place}", f"change set {number + 1}")
        else:
            yield _of_part(part, str(number), "")


def _parts(message: Message) -> list[Message]:
    found = message.get_payload()
    return [part for part in found if isinstance(part, Message)] if isinstance(found, list) else []


def _of_part(part: Message, key: str, group: str) -> Asked:
    """An HTTP request as it would be sent, without its length: the part ends it."""
    content = part.get_payload(decode=True)
    head, _, body = (content if isinstance(content, bytes) else b"").replace(b"\r\n", b"\n").partition(b"\n\n")
    line, _, fields = head.lstrip().partition(b"\n")
    words = line.decode("utf-8", "replace").split()
    if part.get_content_type() != "application/http" or len(words) != 3:
        raise Invalid(
            what=f"A part is no request: {line[:60]!r}.", mend="Send application/http: `GET Things HTTP/1.1` and so on."
        )
    kind = str(BytesParser(policy=policy.HTTP).parsebytes(fields + b"\n\n").get("Content-Type", ""))
    return _asked(str(part.get("Content-ID", key)).strip("<>"), words[0], words[1], body.strip(), kind, group)


def _message(answered: Sequence[Answered], boundary: str) -> bytes:
    """Answers as a multipart message; a group that failed has the one answer that says why."""
    lines: list[bytes] = []
    for group, some in groupby(answered, key=lambda pair: pair[0].group):
        told = list(some)
        failed = [pair for pair in told if pair[1].status_code >= 400 and pair[1].status_code != 424]
        if not group or failed:
            for one, answer in failed if group else told:
                lines += [f"--{boundary}".encode(), *_as_part(one, answer)]
            continue
        inner = f"changeset_{uuid4().hex}"
        lines += [f"--{boundary}".encode(), f"Content-Type: multipart/mixed; boundary={inner}".encode(), b""]
        for one, answer in told:
            lines += [f"--{inner}".encode(), *_as_part(one, answer)]
        lines.append(f"--{inner}--".encode())
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])


def _as_part(one: Asked, answer: HttpResponse) -> list[bytes]:
    head = [b"Content-Type: application/http"]
    if one.group:
        head.append(f"Content-ID: {one.key}".encode())
    status = HTTPStatus(answer.status_code)
    head += [b"", f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    named = ((name, answer.headers[name]) for name in ("Location", "Content-Type") if name in answer.headers)
    head += [f"{name}: {text}".encode() for name, text in named if name != "Content-Type" or answer.content]
    return [*head, b"", answer.content]
