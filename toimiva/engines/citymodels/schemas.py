"""Files held against the schemas of their standards, which a folder of the city's has: XML Schema for GML (as
schemas.opengis.net publishes it), JSON Schema for CityJSON (as cityjson.org does).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from toimiva.engines.citymodels.files import Source
from toimiva.engines.citymodels.objects import Finding, Unreadable
from toimiva.engines.citymodels.schema_json import JsonSchemas
from toimiva.engines.citymodels.schema_xml import XmlSchemas

__all__ = ["Schemas"]

_MOST = 1_000  # faults that are told of a file


class Schemas:
    """The schemas below a folder. Raises Unreadable where there are none."""

    def __init__(self, folder: Path) -> None:
        self._xml, self._json = XmlSchemas(folder), JsonSchemas(folder)
        if not (self._xml or self._json):
            mend = "Unpack the schemas of schemas.opengis.net (*.xsd) or of cityjson.org (*.min.schema.json) there."
            raise Unreadable(f"{folder} has no schemas.", mend=mend)

    def faults(self, source: Source) -> Iterator[tuple[str, Finding]]:
        """Where a file is not as its schema says, a thousand times at most, and that there are more: the object's id
        ("" for the file itself) and what is wrong. Formats without a schema have none. Raises Unreadable."""
        faults = self._of(source)
        yield from islice(faults, _MOST)
        if next(faults, None) is not None:
            yield "", Finding(1010, "", f"There are more: the first {_MOST:,} are told.")

    def _of(self, source: Source) -> Iterator[tuple[str, Finding]]:
        if source.kind == "citygml":
            yield from self._xml.faults(source)
        elif source.kind in ("cityjson", "cityjsonseq"):
            yield from self._json.faults(source)
