"""The open data catalogue: data sets by name, and harvesting."""

from __future__ import annotations

from toimiva.capabilities.datasets.catalogue import Dataset, dataset, datasets
from toimiva.capabilities.datasets.harvesting import harvest

__all__ = ["Dataset", "dataset", "datasets", "harvest"]
