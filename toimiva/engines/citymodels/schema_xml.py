"""GML held against XML Schemas, one member of a file after another (W3C XML Schema 1.0, by libxml2).

Schemas are found by the namespace that they are of, wherever they lie below their folder; what they import by an
address is the file below the folder whose path ends like it. Nothing is fetched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

from lxml import etree

from toimiva.engines.citymodels.citygml import MEMBERS, free
from toimiva.engines.citymodels.files import Source
from toimiva.engines.citymodels.gml import id_of, line_of
from toimiva.engines.citymodels.objects import Finding, Unreadable

__all__ = ["XmlSchemas"]

_XS = "{http://www.w3.org/2001/XMLSchema}"
_ALSO = ("appearanceMember", "versionMember", "versionTransitionMember")
_SPACE = re.compile(r"\{[^}\s]+[:/][^}\s]*\}")
_TARGET = re.compile(rb"""targetNamespace\s*=\s*["']([^"']+)["']""")
_PROLOG = 64 * 1024
_CODE = 1010
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}


class XmlSchemas:
    """The XML Schemas below a folder; false where there are none."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(folder.rglob("*.xsd")):
            self._files[_target(path)].append(path.resolve())
        self._known: dict[frozenset[str], etree.XMLSchema] = {}

    def __bool__(self) -> bool:
        return bool(self._files)

    def faults(self, source: Source) -> Iterator[tuple[str, Finding]]:
        """Where a file's members are not as their schemas say: the id of the member's object, and what is wrong.
        The file is known to be well-formed. Raises Unreadable where a schema is missing."""
        with source.opened() as stream:
            spaces = {space for _, (_, space) in etree.iterparse(stream, events=("start-ns",), **_SAFE)}
        schema = self._of(frozenset(spaces & self._files.keys()), source.name)
        with source.opened() as stream:
            for holder in _members(stream):
                if not schema.validate(holder):
                    yield from _told(schema, holder)

    def _of(self, spaces: frozenset[str], name: str) -> etree.XMLSchema:
        if not spaces:
            why = f"They are of {', '.join(sorted(self._files)[:3])} and others." if self else "There are none."
            raise Unreadable(f"The folder has no schemas for {name}.", why=why, mend="Put those of its version there.")
        if spaces not in self._known:
            self._known[spaces] = self._made(spaces)
        return self._known[spaces]

    def _made(self, spaces: Iterable[str]) -> etree.XMLSchema:
        heads = [_head(self._files[space]) for space in sorted(spaces)]
        imported = set[str]().union(*(one.imports for one in heads))
        heads.sort(key=lambda one: one.space in imported)  # those that nobody imports first: they say which version
        imports = "".join(f'<import namespace="{one.space}" schemaLocation="{one.file.as_uri()}"/>' for one in heads)
        nearby, parser = _Nearby(chain.from_iterable(self._files.values())), etree.XMLParser(**_SAFE)
        parser.resolvers.add(nearby)
        try:
            return etree.XMLSchema(etree.fromstring(f'<schema xmlns="{_XS[1:-1]}">{imports}</schema>', parser))
        except etree.XMLSchemaParseError as error:
            lacking = f"It lacks {', '.join(sorted(nearby.lacking))}. " if nearby.lacking else ""
            mend = "Put all that the schemas import below the same folder."
            raise Unreadable("The schemas cannot be used.", why=f"{lacking}{error}", mend=mend) from error


class _Nearby(etree.Resolver):
    """Finds what schemas import by an address among the files of their folder."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._files, self.lacking = list(files), set[str]()

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        """The file at the address, or the one that shares the longest end of its path; an empty one for none."""
        if Path(unquote(system_url.removeprefix("file://"))).is_file():
            return None
        parts = system_url.split("/")
        ends = ("/" + "/".join(parts[start:]) for start in range(len(parts)))
        found = next((file for end in ends for file in self._files if str(file).endswith(end)), None)
        if found is None:
            self.lacking.add(system_url)
            return self.resolve_empty(context)  # type: ignore[attr-defined]
        return self.resolve_filename(str(found), context)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Head:
    """The file that stands for a namespace, and the namespaces that it and what it includes import."""

    space: str
    file: Path
    imports: frozenset[str]


def _target(file: Path) -> str:
    """The namespace that a schema is of; "" for none."""
    with file.open("rb") as stream:
        found = _TARGET.search(stream.read(_PROLOG))
    return found[1].decode("utf-8", "replace") if found else ""


def _head(files: Iterable[Path]) -> _Head:
    """The one of a namespace's files that includes most of the others."""
    roots = {file: _parsed(file) for file in files}
    includes = {
        file: [(file.parent / one.get("schemaLocation", "")).resolve() for one in root.iter(f"{_XS}include")]
        for file, root in roots.items()
    }
    reached = {file: _reached(file, includes) for file in roots}
    file = max(roots, key=lambda one: len(reached[one]))
    imports = (
        one.get("namespace", "") for part in reached[file] & roots.keys() for one in roots[part].iter(f"{_XS}import")
    )
    return _Head(roots[file].get("targetNamespace", ""), file, frozenset(imports))


def _parsed(file: Path) -> Any:
    try:
        return etree.parse(file, etree.XMLParser(**_SAFE)).getroot()
    except etree.XMLSyntaxError as error:
        why = f"{file}: {error}"
        raise Unreadable("A schema is not well-formed XML.", why=why, mend="Unpack it again.") from error


def _reached(file: Path, includes: dict[Path, list[Path]]) -> set[Path]:
    reached, waiting = set[Path](), [file]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += includes.get(one, ())
    return reached


def _members(stream: IO[bytes]) -> Iterator[Any]:
    """The root with what stands before its members, then the root with each member alone; the whole of a file that has
    no members."""
    tags = [f"{{*}}{tag}" for tag in (*MEMBERS, *_ALSO)]
    holder = None
    events = etree.iterparse(stream, events=("end",), tag=tags, remove_comments=True, remove_pis=True, **_SAFE)
    for _, member in events:
        root = member.getparent()
        if root is None or root.getparent() is not None:
            continue
        if holder is None:
            holder = etree.Element(root.tag, root.attrib, root.nsmap)
            holder[:] = [deepcopy(one) for one in member.itersiblings(preceding=True)][::-1]
            yield holder
        holder[:] = [deepcopy(member)]
        yield holder
        free(member)
    if holder is None:
        yield events.root


def _told(schema: etree.XMLSchema, holder: Any) -> Iterator[tuple[str, Finding]]:
    feature = holder[0][0] if len(holder) == 1 and len(holder[0]) else None
    key = (id_of(feature) or f"line-{line_of(feature)}") if feature is not None else ""
    for error in schema.error_log:  # type: ignore[attr-defined]
        yield key, Finding(_CODE, key, _SPACE.sub("", error.message), error.line)
