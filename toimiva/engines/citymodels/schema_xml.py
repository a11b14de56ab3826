"""GML held against XML Schemas, one member of a file after another (W3C XML Schema 1.0, by libxml2).

Schemas are found by the namespace that they are of, wherever they lie below their folder; what they import by an
address is the file below the folder whose path ends like it. Nothing is fetched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
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
_CODE = 1010
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}


class XmlSchemas:
    """The XML Schemas below a folder; false where there are none."""

    def __init__(self, folder: Path) -> None:
        self._files = [path.resolve() for path in sorted(folder.rglob("*.xsd"))]
        self._heads = dict(_heads(self._files))
        self._known: dict[frozenset[str], etree.XMLSchema] = {}

    def __bool__(self) -> bool:
        return bool(self._heads)

    def faults(self, source: Source) -> Iterator[tuple[str, Finding]]:
        """Where a file's members are not as their schemas say: the id of the member's object, and what is wrong.
        The file is known to be well-formed. Raises Unreadable where a schema is missing."""
        with source.opened() as stream:
            spaces = {space for _, (_, space) in etree.iterparse(stream, events=("start-ns",), **_SAFE)}
        schema = self._of(frozenset(spaces & self._heads.keys()), source.name)
        with source.opened() as stream:
            for holder in _members(stream):
                if not schema.validate(holder):
                    yield from _told(schema, holder)

    def _of(self, spaces: frozenset[str], name: str) -> etree.XMLSchema:
        if not spaces:
            why = f"They are of {', '.join(sorted(self._heads)[:3])} and others." if self else "There are none."
            raise Unreadable(f"The folder has no schemas for {name}.", why=why, mend="Put those of its version there.")
        if spaces not in self._known:
            self._known[spaces] = self._made(spaces)
        return self._known[spaces]

    def _made(self, spaces: Iterable[str]) -> etree.XMLSchema:
        imports = "".join(
            f'<import namespace="{space}" schemaLocation="{self._heads[space].as_uri()}"/>' for space in sorted(spaces)
        )
        nearby, parser = _Nearby(self._files), etree.XMLParser(**_SAFE)
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


def _heads(files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """For each namespace the file that includes most of its others."""
    includes: dict[Path, list[Path]] = {}
    by_space: dict[str, list[Path]] = defaultdict(list)
    for file in files:
        try:
            root = etree.parse(file, etree.XMLParser(**_SAFE)).getroot()
        except etree.XMLSyntaxError:
            continue
        by_space[root.get("targetNamespace", "")].append(file)
        includes[file] = [(file.parent / one.get("schemaLocation", "")).resolve() for one in root.iter(f"{_XS}include")]
    for space, some in by_space.items():
        yield space, max(some, key=lambda file: len(_reached(file, includes)))


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
