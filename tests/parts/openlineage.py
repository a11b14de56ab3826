"""Events as OpenLineage's own client reads and writes them: what it does not know is an error of its classes."""

from __future__ import annotations

from typing import Any

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    data_quality_metrics_input_dataset,
    ownership_dataset,
    schema_dataset,
)
from openlineage.client.serde import Serde

Json = dict[str, Any]


def _quality(told: Json) -> Any:
    return data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(**told)


def _schema(told: Json) -> Any:
    fields = [schema_dataset.SchemaDatasetFacetFields(**field) for field in told["fields"]]
    return schema_dataset.SchemaDatasetFacet(fields=fields)


def _ownership(told: Json) -> Any:
    return ownership_dataset.OwnershipDatasetFacet(owners=[ownership_dataset.Owner(**one) for one in told["owners"]])


_FACETS = {"dataQualityMetrics": _quality, "schema": _schema, "ownership": _ownership}


def _facets(told: Json) -> Json:
    return {
        name: _FACETS[name]({key: value for key, value in facet.items() if not key.startswith("_")})
        for name, facet in told.items()
    }


def as_the_client_writes_it(event: Json) -> Json:
    """An event through the client's classes, without what it adds of itself and without what is empty."""
    read = RunEvent(
        eventTime=event["eventTime"], producer=event["producer"], run=Run(**event["run"]), job=Job(**event["job"]),
        eventType=RunState[event["eventType"]],
        inputs=[InputDataset(**one | {"inputFacets": _facets(one.get("inputFacets", {}))}) for one in event["inputs"]],
        outputs=[OutputDataset(**one | {"facets": _facets(one.get("facets", {}))}) for one in event["outputs"]],
    )  # fmt: skip
    return bare(Serde.to_dict(read))


def bare(told: Any) -> Any:
    """Without what is empty, and without who made a facet."""
    if isinstance(told, list):
        return [bare(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        key: bare(value) for key, value in told.items() if key != "_producer" and value not in ({}, [])
    }  # fmt: skip
