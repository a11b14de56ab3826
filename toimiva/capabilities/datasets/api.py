"""The open data catalogue: data sets by name, and harvesting."""

from __future__ import annotations

from toimiva.capabilities.datasets.catalogue import Dataset, count, dataset, datasets
from toimiva.capabilities.datasets.changing import look, look_live
from toimiva.capabilities.datasets.harvesting import harvest

__all__ = ["Dataset", "count", "dataset", "datasets", "harvest", "look", "look_live"]
