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
from toimiva.engines.citymodels.objects import CityObject, only_on_earth

__all__ = ["Indivisible", "Piece", "objects_of", "pieces"]

_BLOCK = 4 * 2**20
_NEAR = 64 * 1024  # bytes parsed at a time: their elements fit into a processor's cache, those of a block do not
_LONGEST = 64 * _BLOCK
_PROLOG = 256 * 1024
_MEMBER = re.compile(rb"<((?:[\w.-]+:)?(?:%s))[\s>]" % "|".join(MEMBERS).encode())
_ROOT = re.compile(rb"<[A-Za-z_][^>]*>")
_SYSTEM = re.compile(rb"""srsName\s*=\s*["']([^"']+)["']""")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']+)["']""")


class Indivisible(Exception):
    """The file cannot be cut safely: read it whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole members of a file, by where they stand in it; `lines` is how many lines of the file come before."""

    path: Path
    start: int
    size: int
    root: tuple[bytes, bytes]  # its start tag and its end tag
    closing: bytes  # the end tag of a member
    lines: int
    srs: str

    def text(self) -> bytes:
        """The members as they are written. Whoever reads them takes them from the file: they are megabytes."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)


def pieces(path: Path) -> Iterator[Piece]:
    """The members of a file in pieces of a few megabytes. Raises Indivisible where cutting is not safe."""
    with path.open("rb") as file:
        start = file.read(_PROLOG)
        member, root = _MEMBER.search(start), _root(start)
        if member is None or root is None:
            raise Indivisible(path.name)
        srs = _SYSTEM.search(start, 0, member.start())
        if srs and srs[1].startswith(b"#"):
            raise Indivisible("its reference system is told elsewhere in the file")
        name, closing = root.split(None, 1)[0].strip(b"<>"), b"</" + member[1] + b">"
        within = (root.replace(b"\n", b" "), b"</" + name + b">")
        lines = start.count(b"\n", 0, member.start())
        first = Piece(path, member.start(), 0, within, closing, lines, srs[1].decode() if srs else "")
        yield from _cut(file, first)


def _root(start: bytes) -> bytes | None:
    """The root's start tag without comments before it; None where the file is not to be cut."""
    encoding = _ENCODING.search(start[:200])
    if b"<!DOCTYPE" in start or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        return None
    clean = re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", start, flags=re.DOTALL)
    found = _ROOT.search(clean)
    return found[0] if found else None


def _cut(file: IO[bytes], piece: Piece) -> Iterator[Piece]:
    """Pieces from one that is empty yet, each as far as the last member that ends in a block."""
    size, closing = _BLOCK, piece.closing
    while True:
        file.seek(piece.start)
        block = file.read(size)
        cut = block.rfind(closing) + len(closing)
        if cut >= len(closing):
            yield replace(piece, size=cut)
            piece = replace(piece, start=piece.start + cut, lines=piece.lines + block.count(b"\n", 0, cut))
            size = _BLOCK
        elif len(block) < size:
            break
        else:
            size *= 2
            if size > _LONGEST:
                raise Indivisible(f"a member of more than {_LONGEST // 2**20} MB")
    if piece.root[1] not in block or _MEMBER.search(block):
        raise Indivisible("the file ends early, or in members of another kind")


def objects_of(piece: Piece) -> list[CityObject]:
    """The objects of a piece. Raises Indivisible where it cannot be read alone, or refers to other pieces."""
    text = piece.text()
    looked = gc.isenabled()
    gc.disable()  # thousands of elements live together and go together: looking for circles takes a third
    try:
        return [one for root in _parsed(piece, text) for member in root for one in _member(member, piece, text)]
    except ElementTree.ParseError as error:
        raise Indivisible(str(error)) from error
    finally:
        if looked:
            gc.enable()


def _parsed(piece: Piece, text: bytes) -> Iterator[list[ElementTree.Element]]:
    """Members, parsed a few at a time."""
    start, closing = 0, piece.closing
    while start < len(text):
        found = text.find(closing, start + _NEAR)
        end = len(text) if found < 0 else found + len(closing)
        members = b"".join((piece.root[0], text[start:end], piece.root[1]))
        root = ElementTree.fromstring(members)  # noqa: S314 (a piece has no document type)
        yield [member for member in root if local(member) in MEMBERS]
        start = end


def _member(member: ElementTree.Element, piece: Piece, text: bytes) -> Iterator[CityObject]:
    for one, geometry in member_objects(member):
        if geometry.missing or geometry.instances:
            raise Indivisible("faces are borrowed from elsewhere in the file")
        one.srs = only_on_earth(one).srs or piece.srs
        if one.findings:
            one.findings = [
                replace(found, line=piece.lines + _line(text, found.part or one.id)) for found in one.findings
            ]
        one.line = piece.lines + _line(text, one.id) if one.findings else 0
        yield one


def _line(text: bytes, name: str) -> int:
    """The line of a piece that an id stands on."""
    at = text.find(b'"' + name.encode() + b'"')
    return text.count(b"\n", 0, max(at, 0)) + 1
