"""The flows as W3C PROV-O: tables and open data are entities, purposes activities, owners agents."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from rdflib import DCTERMS, PROV, RDF, Graph, Literal, URIRef
from rdflib.term import Node

from toimiva.capabilities.lineage.flows import Flow
from toimiva.core.city.api import City

__all__ = ["FORMATS", "graph_of"]

FORMATS = {"ttl": ("turtle", "text/turtle"), "jsonld": ("json-ld", "application/ld+json")}


def graph_of(city: City, flows: Sequence[Flow]) -> Graph:
    """Every statement once."""
    graph = Graph()
    graph.bind("prov", PROV)
    for flow in flows:
        table = _node(graph, city, f"table/{flow.table}", PROV.Entity, flow.table)
        owner = _node(graph, city, f"owner/{flow.owner['en'].encode().hex()}", PROV.Agent, flow.owner["en"])
        graph.add((table, PROV.wasAttributedTo, owner))
        if flow.quality:
            graph.add((table, PROV.generatedAtTime, Literal(flow.quality.received)))
        for purpose in sorted({name for names in flow.columns.values() for name in names}):
            activity = _node(graph, city, f"purpose/{purpose}", PROV.Activity, purpose)
            graph.add((activity, PROV.used, table))
            for service in flow.services:
                outcome = _node(graph, city, f"service/{service}", PROV.Entity, service)
                graph.add((outcome, PROV.wasDerivedFrom, table))
        for name in flow.published:
            data = URIRef(f"{settings.SITE_URL}/data/{city.id}.{name}/")
            graph.add((data, RDF.type, PROV.Entity))
            graph.add((data, PROV.wasDerivedFrom, table))
    return graph


def _node(graph: Graph, city: City, path: str, kind: Node, title: str) -> Node:
    node = URIRef(f"{settings.SITE_URL}/lineage/{city.id}/#{path}")
    graph.add((node, RDF.type, kind))
    graph.add((node, DCTERMS.title, Literal(title)))
    return node
