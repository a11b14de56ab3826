"""OData queries, as SensorThings has them: text to a typed tree. Raises QueryError with the place of the fault."""

from __future__ import annotations

from toimiva.engines.odata.ast import Binary, Call, Literal, Node, Path, QueryError, Unary
from toimiva.engines.odata.filters import parse_filter
from toimiva.engines.odata.options import Expand, Options, Order, parse_options
from toimiva.engines.odata.paths import Segment, parse_path

__all__ = [
    "Binary", "Call", "Expand", "Literal", "Node", "Options", "Order", "Path", "QueryError", "Segment", "Unary",
    "parse_filter", "parse_options", "parse_path",
]  # fmt: skip
