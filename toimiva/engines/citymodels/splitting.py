"""A large CityGML file cut into pieces between its members, so that several processes read it at once.

Cutting is by text, so it is only tried where that is safe: UTF-8 or ASCII, no document type, one way to write the
member's end tag. A piece that cannot be read by itself raises Indivisible; then the file is read in one go.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from toimiva.engines.citymodels.citygml import MEMBERS, member_objects
from toimiva.engines.citymodels.gml import local
from toimiva.engines.citymodels.objects import CityObject

__all__ = ["Indivisible", "Piece", "objects_of", "pieces"]

_BLOCK = 4 * 2**20
_PROLOG = 256 * 1024
_MEMBER = re.compile(rb"<((?:[\w.-]+:)?(?:%s))[\s>]" % "|".join(MEMBERS).encode())
_ROOT = re.compile(rb"<[A-Za-z_][^>]*>")
_SYSTEM = re.compile(rb"""srsName\s*=\s*["']([^"']+)["']""")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']+)["']""")


class Indivisible(Exception):
    """The file cannot be cut safely: read it whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole members in a root of their own; `lines` is how many lines of the file come before."""

    text: bytes
    lines: int
    srs: str


def pieces(path: Path) -> Iterator[Piece]:
    """The members of a file in pieces of a few megabytes. Raises Indivisible where cutting is not safe."""
    with path.open("rb") as file:
        start = file.read(_PROLOG)
        member, root = _MEMBER.search(start), _root(start)
        if member is None or root is None:
            raise Indivisible(path.name)
        srs = _SYSTEM.search(start, 0, member.start())
        name, closing = root.split(None, 1)[0].strip(b"<>"), b"</" + member[1] + b">"
        yield from _cut(file, member.start(), closing, root, b"</" + name + b">", srs[1].decode() if srs else "")


def _root(start: bytes) -> bytes | None:
    """The root's start tag without comments before it; None where the file is not to be cut."""
    encoding = _ENCODING.search(start[:200])
    if b"<!DOCTYPE" in start or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        return None
    clean = re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", start, flags=re.DOTALL)
    found = _ROOT.search(clean)
    return found[0] if found else None


def _cut(file: IO[bytes], first: int, closing: bytes, root: bytes, end: bytes, srs: str) -> Iterator[Piece]:
    file.seek(0)
    lines = file.read(first).count(b"\n")
    rest = b""
    head = root.replace(b"\n", b" ")
    while block := file.read(_BLOCK):
        rest += block
        cut = rest.rfind(closing)
        if cut < 0:
            if len(rest) > 64 * _BLOCK:
                raise Indivisible("a member of more than 256 MB")
            continue
        text, rest = rest[: cut + len(closing)], rest[cut + len(closing) :]
        yield Piece(head + text + end, lines, srs)
        lines += text.count(b"\n")
    if end not in rest or _MEMBER.search(rest):
        raise Indivisible("the file ends early, or in members of another kind")


def objects_of(piece: Piece) -> list[CityObject]:
    """The objects of a piece. Raises Indivisible where it cannot be read alone, or refers to other pieces."""
    gc.disable()  # hundreds of thousands of elements live together and go together: looking for circles takes a third
    try:
        root = ElementTree.fromstring(piece.text)  # noqa: S314 (a piece has no document type)
        return [one for member in root if local(member) in MEMBERS for one in _member(member, piece)]
    except ElementTree.ParseError as error:
        raise Indivisible(str(error)) from error
    finally:
        gc.enable()


def _member(member: ElementTree.Element, piece: Piece) -> Iterator[CityObject]:
    for one, geometry in member_objects(member):
        if geometry.missing:
            raise Indivisible("faces are borrowed from elsewhere in the file")
        one.srs = one.srs or piece.srs
        if one.findings:
            one.findings = [replace(found, line=_line(piece, found.part or one.id)) for found in one.findings]
        one.line = _line(piece, one.id) if one.findings else 0
        yield one


def _line(piece: Piece, name: str) -> int:
    """The line of the file that an id stands on."""
    at = piece.text.find(b'"' + name.encode() + b'"')
    return piece.lines + piece.text.count(b"\n", 0, max(at, 0)) + 1
