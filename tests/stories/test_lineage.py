"""Where data flows: from a register's column to whoever may read it, and to what is made of it; nothing by hand."""

from __future__ import annotations

from django.test import Client
from rdflib import PROV, RDF, Graph, URIRef

from tests.parts.openlineage import as_the_client_writes_it, bare
from toimiva.capabilities.lineage import api as lineage
from toimiva.core.purposes import api as purposes


def test_every_column_that_a_purpose_reads_is_told_and_no_other(town):
    flows = {flow.table: flow for flow in lineage.flows_of(town.city)}
    told = {
        (table, column, purpose)
        for table, flow in flows.items()
        for column, names in flow.columns.items()
        for purpose in names
    }
    known = purposes.purposes(town.city).items()
    declared = {
        (table, column, key) for key, one in known for table, columns in one.tables.items() for column in columns
    }
    assert {row for row in declared if row[0] in flows} == told
    residents = flows["population.residents"]
    assert residents.quality.landed
    assert residents.quality.rows > 3000
    assert "preschool" in residents.services
    assert "rounds" in residents.published


def test_open_lineage_tells_each_delivery_and_each_open_table(town):
    events = Client().get("/lineage/mallila.openlineage").json()
    assert Client().get("/lineage/mallila.openlineage").json() == events, "the same flows, the same events"
    for event in events:
        assert as_the_client_writes_it(event) == bare(event)
    by_job = {event["job"]["name"]: event for event in events}
    delivered = by_job["deliver population.residents"]
    assert delivered["eventType"] == "COMPLETE"
    (table,) = delivered["outputs"]
    assert delivered["inputs"][0]["inputFacets"]["dataQualityMetrics"]["rowCount"] > 3000
    told = {field["name"]: field["description"] for field in table["facets"]["schema"]["fields"]}
    assert "purpose:preschool-placement" in told["born"]
    rounds = by_job["publish rounds"]
    assert {"namespace": table["namespace"], "name": table["name"]} in rounds["inputs"]


def test_whose_a_register_is_and_by_which_law_is_told_in_the_reader_s_language(town):
    keepers = {
        "fi": ("Digi- ja väestötietovirasto", "varhaiskasvatuslaki (540/2018)", "Esiopetuspaikka"),
        "sv": ("Myndigheten för digitalisering och befolkningsdata", "lagen om småbarnspedagogik (540/2018)", "Förskoleplats"),
        "en": ("Digital and Population Data Services Agency", "Act on Early Childhood Education and Care (540/2018)", "Pre-school place"),
    }  # fmt: skip
    for language, told in keepers.items():
        page = Client().get("/lineage/mallila/", headers={"accept-language": language}).content.decode()
        assert [words for words in told if words not in page] == [], language
        others = [words for other, theirs in keepers.items() if other != language for words in theirs[:2]]
        assert [words for words in others if words in page] == [], language


def test_the_page_and_the_file_say_the_same(town):
    page = Client().get("/lineage/mallila/", headers={"accept-language": "en"}).content.decode()
    assert "Arranging a pre-school place" in page
    graph = Graph().parse(data=Client().get("/lineage/mallila.ttl").content, format="turtle")
    other = Graph().parse(data=Client().get("/lineage/mallila.jsonld").content, format="json-ld")
    assert len(graph) == len(other) > 50
    activities = set(graph.subjects(RDF.type, PROV.Activity))
    assert any(str(one).endswith("#purpose/preschool-placement") for one in activities)
    (rounds,) = [one for one in graph.subjects(RDF.type, PROV.Entity) if str(one).endswith("/data/mallila.rounds/")]
    sources = {str(one).rpartition("/")[2] for one in graph.objects(URIRef(rounds), PROV.wasDerivedFrom)}
    assert "population.residents" in sources
    assert Client().get("/lineage/mallila.xml").status_code == 404
