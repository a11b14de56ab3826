"""Taking in another catalogue's DCAT-AP: from a file or an address, all of it or nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from django.db import transaction
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from toimiva.capabilities.datasets.models import Harvested
from toimiva.core.errors import Invalid, Unavailable

__all__ = ["Harvest", "harvest"]

_VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_FORMATS = {".ttl": "turtle", ".jsonld": "json-ld", ".json": "json-ld", ".rdf": "xml", ".xml": "xml", ".nt": "nt"}
_KINDS = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
}
_LONGEST = 200 * 2**20
Harvest = tuple[int, int]  # data sets taken in, and those of an earlier harvest that are gone


def harvest(source: str) -> Harvest:
    """Take in every data set of a catalogue; those that it no longer has go.

    Raises Invalid for what is no RDF or has no data sets, Unavailable for an address that does not answer.
    """
    graph = _read(source)
    rows = {row.identifier: row for row in _rows(graph, source)}
    if not rows:
        raise Invalid(what=f"There is no dcat:Dataset in {source}.", mend="Give a catalogue in DCAT-AP.")
    with transaction.atomic():
        mine = Harvested.objects.filter(source=source)
        before = set(mine.values_list("identifier", flat=True))
        gone = len(before - rows.keys())
        mine.delete()
        Harvested.objects.bulk_create(rows.values(), batch_size=500)
    return len(rows), gone


def _read(source: str) -> Graph:
    content, form = _fetched(source) if "://" in source else _file(Path(source))
    try:
        return Graph().parse(data=content, format=form)
    except Exception as error:  # rdflib's parsers raise what they please
        raise Invalid(
            what=f"{source} cannot be read as {form}.",
            why=f"{type(error).__name__}: {str(error)[:300]}",
            mend="Give Turtle, JSON-LD, RDF/XML or N-Triples; see the place named.",
        ) from error


def _file(path: Path) -> tuple[bytes, str]:
    if path.suffix.lower() not in _FORMATS:
        raise Invalid(what=f"{path} has no known ending.", mend=f"Use one of {', '.join(_FORMATS)}.")
    try:
        return path.read_bytes(), _FORMATS[path.suffix.lower()]
    except OSError as error:
        raise Invalid(what=f"{path} cannot be read.", why=str(error), mend="Give the path of a file.") from error


def _fetched(address: str) -> tuple[bytes, str]:
    try:
        with httpx.stream(
            "GET", address, headers={"Accept": ", ".join(_KINDS)}, timeout=60, follow_redirects=True
        ) as answer:
            answer.raise_for_status()
            content = b""
            for part in answer.iter_bytes():
                content += part
                if len(content) > _LONGEST:
                    raise Invalid(what=f"{address} is longer than {_LONGEST // 2**20} MB.", mend="Harvest it in parts.")
    except httpx.HTTPError as error:
        raise Unavailable(what=f"{address} cannot be reached.", why=str(error), mend="Try again later.") from error
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return content, _KINDS.get(kind) or _FORMATS.get(Path(httpx.URL(address).path).suffix.lower(), "turtle")


def _rows(graph: Graph, source: str) -> Iterator[Harvested]:
    for node in sorted(graph.subjects(RDF.type, DCAT.Dataset), key=str):
        title = _texts(graph, node, DCTERMS.title)
        identifier = str(node) if isinstance(node, URIRef) else _text(graph, node, DCTERMS.identifier)
        if not title or not identifier:
            continue
        publisher = graph.value(node, DCTERMS.publisher)
        distributions = [_distribution(graph, one) for one in sorted(graph.objects(node, DCAT.distribution), key=str)]
        licences = [one["licence"] for one in distributions if one["licence"]]
        yield Harvested(
            source=source, identifier=identifier, name=_name(source, identifier, title), title=title,
            about=_texts(graph, node, DCTERMS.description), keywords=_many(graph, node, DCAT.keyword),
            themes=sorted(str(theme) for theme in graph.objects(node, DCAT.theme)),
            publisher=_label(graph, publisher), contact=_contact(graph, node),
            licence=licences[0] if licences else _text(graph, node, DCTERMS.license),
            frequency=_text(graph, node, DCTERMS.accrualPeriodicity),
            spatial=_label(graph, graph.value(node, DCTERMS.spatial)),
            temporal=_period(graph, node), page=_text(graph, node, DCAT.landingPage),
            issued=_text(graph, node, DCTERMS.issued),
            modified=_text(graph, node, DCTERMS.modified), distributions=distributions,
        )  # fmt: skip


def _name(source: str, identifier: str, title: dict[str, str]) -> str:
    """A name for addresses, the same at each harvest."""
    words = re.sub(r"[^a-z0-9]+", "-", next(iter(title.values())).lower()).strip("-")[:80]
    return f"{words}-{hashlib.sha256(f'{source} {identifier}'.encode()).hexdigest()[:8]}"


def _texts(graph: Graph, node: Node, what: URIRef) -> dict[str, str]:
    """By language; one without is Finnish where there is no other, as the portal's own language."""
    found = {
        one.language or "fi": str(one) for one in sorted(graph.objects(node, what), key=str) if isinstance(one, Literal)
    }
    return {code: text for code, text in found.items() if text.strip()}


def _many(graph: Graph, node: Node, what: URIRef) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in sorted(graph.objects(node, what), key=str):
        if isinstance(one, Literal):
            found.setdefault(one.language or "fi", []).append(str(one))
    return found


def _text(graph: Graph, node: Node, what: URIRef) -> str:
    found = graph.value(node, what)
    return "" if found is None else str(found)


def _label(graph: Graph, node: Node | None) -> str:
    """A node's name, or its address."""
    if node is None or isinstance(node, Literal):
        return "" if node is None else str(node)
    for what in (FOAF.name, SKOS.prefLabel, _VCARD.fn):
        found = graph.value(node, what)
        if found is not None:
            return str(found)
    return str(node) if isinstance(node, URIRef) else ""


def _contact(graph: Graph, node: Node) -> str:
    point = graph.value(node, DCAT.contactPoint)
    if point is None:
        return ""
    return (_text(graph, point, _VCARD.hasEmail) or _text(graph, point, _VCARD.hasURL)).removeprefix("mailto:")


def _period(graph: Graph, node: Node) -> str:
    period = graph.value(node, DCTERMS.temporal)
    if period is None:
        return ""
    start, end = _text(graph, period, DCAT.startDate), _text(graph, period, DCAT.endDate)
    return f"{start}/{end}" if start or end else ""


def _distribution(graph: Graph, node: Node) -> dict[str, Any]:
    size = _text(graph, node, DCAT.byteSize)
    titles = _texts(graph, node, DCTERMS.title)
    return {
        "title": next(iter(titles.values()), ""), "form": _text(graph, node, DCTERMS["format"]).rpartition("/")[2],
        "media_type": _text(graph, node, DCAT.mediaType).partition("media-types/")[2],
        "access_url": _text(graph, node, DCAT.accessURL), "download_url": _text(graph, node, DCAT.downloadURL),
        "licence": _text(graph, node, DCTERMS.license), "size": int(float(size)) if _is_number(size) else None,
    }  # fmt: skip


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d+(\.\d+)?([eE]\+?\d+)?", text))
