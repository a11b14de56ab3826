"""A model's file with other texts in some of its cells, and every other byte as it was: drawing, comments, layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from toimiva.engines.models.faults import DmnError, Fault
from toimiva.engines.models.reader import FindImport, read

__all__ = ["rewrite"]


@dataclass(slots=True)
class _Places:
    """Where the text of each element with an id stands in the file: (first byte of the tag, first byte after it)."""

    found: dict[str, tuple[int, int]] = field(default_factory=dict)
    path: list[tuple[str, str]] = field(default_factory=list)  # local name and id of the open elements
    start: int = -1


def rewrite(source: bytes, texts: Mapping[str, str], find: FindImport | None = None) -> bytes:
    """The file with these FEEL texts in the elements of these ids: a cell, an input or literal expression, a decision.

    Nothing else of the file changes. Raises `DmnError` for a file that is not UTF-8, an id that has no text, and where
    the model cannot be used with the new texts.
    """
    _read(source, find)  # safe to parse, and a model
    places = _places(source)
    unknown = sorted(texts.keys() - places.keys())
    if unknown:
        mend = f"There are: {', '.join(sorted(places)[:20])}."
        raise DmnError([Fault(1, f"No element {name!r} has a text.", mend) for name in unknown])
    written = source
    for name in sorted(texts, key=lambda name: places[name], reverse=True):
        first, after = places[name]
        tag = source[first + 1 : after].split(b">")[0].split()[0].rstrip(b"/")
        written = written[:first] + b"<%b>%b</%b>" % (tag, escape(texts[name]).encode(), tag) + written[after:]
    _read(written, find)
    return written


def _read(source: bytes, find: FindImport | None) -> None:
    read(source) if find is None else read(source, find)


def _places(source: bytes) -> dict[str, tuple[int, int]]:
    places, parser = _Places(), expat.ParserCreate()

    def begins(tag: str, attributes: dict[str, str]) -> None:
        places.path.append((tag.rpartition(":")[2], attributes.get("id", "")))
        if places.path[-1][0] == "text":
            places.start = parser.CurrentByteIndex

    def ends(tag: str) -> None:
        name, _ = places.path.pop()
        if name == "text":
            closing = source.index(b">", parser.CurrentByteIndex) + 1
            for owner in _owners(places.path):
                places.found.setdefault(owner, (places.start, closing))

    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    try:
        source.decode("utf-8")
        parser.Parse(source, True)
    except (UnicodeDecodeError, expat.ExpatError) as error:
        raise DmnError([Fault(1, f"The file cannot be written to: {error}.", "Save it as UTF-8.")]) from error
    return places.found


def _owners(path: list[tuple[str, str]]) -> list[str]:
    """Ids whose text this is: the element around it, and the decision around a literal expression."""
    around = path[-1:] + ([path[-2]] if len(path) > 1 and path[-1][0] == "literalExpression" else [])
    return [owner for _, owner in around if owner]
