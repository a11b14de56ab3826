"""The catalogue as DCAT-AP 3.0.1 in RDF: Turtle, JSON-LD, RDF/XML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from toimiva.capabilities.datasets.catalogue import Dataset, Distribution

__all__ = ["FORMATS", "graph_of"]

_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "http://www.iana.org/assignments/media-types/"
_ADMS = Namespace("http://www.w3.org/ns/adms#")
_VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_LANGUAGES = {"fi": "FIN", "sv": "SWE", "en": "ENG"}
FORMATS: Mapping[str, tuple[str, str]] = {  # by ending: rdflib's name, and the media type
    "ttl": ("turtle", "text/turtle"), "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("xml", "application/rdf+xml"),
}  # fmt: skip


def graph_of(rows: Iterable[Dataset], *, whole: bool = True) -> Graph:
    """Data sets as a graph, and the catalogue that they are of; without it when not `whole`."""
    graph = Graph()
    for prefix, space in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("vcard", _VCARD), ("adms", _ADMS)):
        graph.bind(prefix, space)
    writer = _Writer(graph)
    nodes = [writer.dataset(row) for row in rows]
    if whole:
        writer.catalogue(nodes)
    return graph


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def _add(self, node: Node, **values: Any) -> None:
        """Triples of a node: `title` is dct:title, `dcat_theme` dcat:theme. Nothing is added for nothing."""
        for name, value in values.items():
            prefix, _, short = name.partition("__")
            space: Any = {"dcat": DCAT, "foaf": FOAF, "vcard": _VCARD, "adms": _ADMS, "skos": SKOS, "rdfs": RDFS}.get(
                prefix, DCTERMS
            )
            for one in value if isinstance(value, list | tuple) else [value]:
                if one is not None and one != "":
                    self.graph.add((node, space[short or name], one if isinstance(one, Node) else Literal(one)))

    def _typed(self, address: str, kind: Any, **values: Any) -> Node | None:
        """A node of another list, said to be what it is."""
        if not address:
            return None
        node = URIRef(address) if "://" in address else BNode()
        self.graph.add((node, RDF.type, kind))
        if isinstance(node, BNode):
            values.setdefault("rdfs__label", address)
        self._add(node, **values)
        return node

    def _agent(self, name: str) -> Node:
        node = URIRef(f"{settings.SITE_URL}/#{name.encode().hex()}")
        self.graph.add((node, RDF.type, FOAF.Agent))
        self._add(node, foaf__name=name)
        return node

    def catalogue(self, datasets: Sequence[Node]) -> None:
        """The catalogue with all of them."""
        node = URIRef(f"{settings.SITE_URL}/data/")
        self.graph.add((node, RDF.type, DCAT.Catalog))
        titles = {"fi": "Kaupungin avoin data", "sv": "Stadens öppna data", "en": "Open data of the city"}
        themes = URIRef(f"{_EU}data-theme")
        self.graph.add((themes, RDF.type, SKOS.ConceptScheme))
        self._add(themes, title=Literal("Data theme", lang="en"))
        languages = [self._typed(f"{_EU}language/{code}", DCTERMS.LinguisticSystem) for code in _LANGUAGES.values()]
        self._add(
            node, title=_texts(titles), description=_texts(titles), publisher=self._agent("Toimiva"),
            language=languages,
            dcat__dataset=list(datasets), dcat__themeTaxonomy=themes,
            foaf__homepage=self._typed(f"{settings.SITE_URL}/", FOAF.Document),
            license=self._typed(f"{_EU}licence/CC_BY_4_0", DCTERMS.LicenseDocument),
        )  # fmt: skip

    def dataset(self, row: Dataset) -> Node:
        """A data set with its distributions."""
        node = URIRef(row.identifier if "://" in row.identifier else f"{settings.SITE_URL}/data/{row.name}/")
        self.graph.add((node, RDF.type, DCAT.Dataset))
        self._add(
            node, title=_texts(row.title), description=_texts(row.about) or [Literal(row.name)], identifier=row.name,
            dcat__keyword=[Literal(word, lang=code) for code, words in row.keywords.items() for word in words],
            dcat__theme=[self._theme(theme) for theme in row.themes],
            publisher=self._agent(row.publisher) if row.publisher else None,
            issued=_day(row.issued), modified=_day(row.modified), dcat__contactPoint=self._contact(row),
            accrualPeriodicity=self._typed(row.frequency, DCTERMS.Frequency),
            spatial=self._typed(row.spatial, DCTERMS.Location),
            temporal=self._period(row.temporal), dcat__landingPage=self._typed(row.page, FOAF.Document),
            provenance=self._typed(", ".join(row.sources), DCTERMS.ProvenanceStatement) if row.table else None,
            accessRights=self._typed(f"{_EU}access-right/PUBLIC", DCTERMS.RightsStatement) if row.table else None,
            dcat__distribution=[self._distribution(one) for one in row.distributions],
        )  # fmt: skip
        return node

    def _theme(self, address: str) -> Node | None:
        """A theme with its code as its name."""
        return self._typed(address, SKOS.Concept, skos__prefLabel=Literal(address.rpartition("/")[2], lang="en"))

    def _contact(self, row: Dataset) -> Node | None:
        if not row.contact:
            return None
        node = BNode()
        self.graph.add((node, RDF.type, _VCARD.Kind))
        told = {"vcard__hasURL": URIRef(row.contact)} if "://" in row.contact else {}
        if "@" in row.contact and "://" not in row.contact:
            told = {"vcard__hasEmail": URIRef(f"mailto:{row.contact.removeprefix('mailto:')}")}
        self._add(node, vcard__fn=row.publisher or row.contact, **told)
        return node

    def _period(self, text: str) -> Node | None:
        start, _, end = text.partition("/")
        if not start and not end:
            return None
        node = BNode()
        self.graph.add((node, RDF.type, DCTERMS.PeriodOfTime))
        self._add(node, dcat__startDate=_day(start), dcat__endDate=_day(end))
        return node

    def _distribution(self, one: Distribution) -> Node:
        node = URIRef(f"{one.download_url}#distribution") if "://" in one.download_url else BNode()
        self.graph.add((node, RDF.type, DCAT.Distribution))
        form = f"{_EU}file-type/{one.form.upper()}" if one.form and "/" not in one.form else one.form
        self._add(
            node, title=one.title, dcat__accessURL=_resource(self.graph, one.access_url or one.download_url),
            dcat__downloadURL=_resource(self.graph, one.download_url),
            license=self._typed(one.licence, DCTERMS.LicenseDocument),
            format=self._typed(form, DCTERMS.MediaTypeOrExtent),
            dcat__mediaType=self._typed(f"{_IANA}{one.media_type}" if one.media_type else "", DCTERMS.MediaType),
            dcat__byteSize=Literal(one.size, datatype=XSD.nonNegativeInteger) if one.size is not None else None,
        )  # fmt: skip
        return node


def _resource(graph: Graph, address: str) -> Node | None:
    if not address:
        return None
    graph.add((URIRef(address), RDF.type, RDFS.Resource))
    return URIRef(address)


def _texts(texts: Mapping[str, str]) -> list[Node]:
    return [Literal(text, lang=code) for code, text in texts.items() if text]


def _day(text: str) -> Node | None:
    """A date or an instant, by how it is written."""
    if not text:
        return None
    kind = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}.get(len(text), XSD.dateTime)
    return Literal(text, datatype=kind)
