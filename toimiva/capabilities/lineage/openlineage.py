"""The flows as events of OpenLineage 2.0.2: a job for each delivery that landed, and one for each open table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from toimiva.capabilities.lineage.flows import Flow
from toimiva.core.city.api import City

__all__ = ["events_of"]

_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = "https://openlineage.io/spec/facets"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://openlineage.io/spec")
Json = dict[str, Any]


def events_of(city: City, flows: Sequence[Flow]) -> list[Json]:
    """COMPLETE or FAIL for the newest delivery of each table, and COMPLETE for each open table made of tables. The same
    flows give the same events; a table that has never been delivered has none."""
    delivered = [(flow, flow.quality.received) for flow in flows if flow.quality]
    return [*(_delivery(city, flow, at) for flow, at in delivered), *_published(city, delivered)]


def _delivery(city: City, flow: Flow, at: datetime) -> Json:
    assert flow.quality is not None  # noqa: S101 - asked only of delivered tables
    register = flow.table.partition(".")[0]
    source = {"namespace": f"register:{flow.owner['en']}", "name": register}
    told = {
        "dataQualityMetrics": _facet("1-0-3/DataQualityMetricsInputDatasetFacet", {
            "rowCount": flow.quality.rows, "columnMetrics": {},
        })
    }  # fmt: skip
    target = _table(city, flow.table) | {"facets": _facets(flow)}
    return _event(
        city, f"deliver {flow.table}", at, "COMPLETE" if flow.quality.landed else "FAIL",
        [source | {"inputFacets": told}], [target],
    )  # fmt: skip


def _published(city: City, delivered: Sequence[tuple[Flow, datetime]]) -> Iterator[Json]:
    made: dict[str, list[tuple[Flow, datetime]]] = {}
    for flow, at in delivered:
        for name in flow.published:
            made.setdefault(name, []).append((flow, at))
    for name, sources in sorted(made.items()):
        inputs = [_table(city, flow.table) for flow, _at in sources]
        output = {"namespace": settings.SITE_URL, "name": f"data/{city.id}.{name}"}
        yield _event(city, f"publish {name}", max(at for _flow, at in sources), "COMPLETE", inputs, [output])


def _event(city: City, job: str, at: datetime, kind: str, inputs: list[Json], outputs: list[Json]) -> Json:
    run = uuid.uuid5(_SPACE, f"{settings.SITE_URL}/{city.id}/{job}/{at.isoformat()}")
    return {
        "eventType": kind, "eventTime": at.isoformat(), "producer": settings.SITE_URL, "schemaURL": _SCHEMA,
        "run": {"runId": str(run)}, "job": {"namespace": _namespace(city), "name": job},
        "inputs": inputs, "outputs": outputs,
    }  # fmt: skip


def _table(city: City, name: str) -> Json:
    return {"namespace": f"{_namespace(city)}/lake", "name": name}


def _namespace(city: City) -> str:
    return f"{settings.SITE_URL}/lineage/{city.id}"


def _facets(flow: Flow) -> Json:
    """The columns of a table, the purposes that may read each, and whose it is."""
    columns = [
        {"name": column, "description": ", ".join(f"purpose:{name}" for name in names) or "read by nobody"}
        for column, names in flow.columns.items()
    ]
    return {
        "schema": _facet("1-2-0/SchemaDatasetFacet", {"fields": columns}),
        "ownership": _facet("1-0-1/OwnershipDatasetFacet", {"owners": [{"name": flow.owner["en"], "type": "OWNER"}]}),
    }  # fmt: skip


def _facet(name: str, told: Mapping[str, Any]) -> Json:
    schema = f"{_FACETS}/{name}.json#/$defs/{name.partition('/')[2]}"
    return {"_producer": settings.SITE_URL, "_schemaURL": schema, **told}
