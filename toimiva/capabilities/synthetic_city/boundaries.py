"""Real boundaries of sub-areas, loaded from a folder of published data, for the maps of rounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from pyproj import Transformer
from shapely import transform
from shapely.geometry import mapping, shape

from toimiva.core.city.api import City
from toimiva.core.errors import Invalid, NotFound

__all__ = ["load_boundaries"]

_TO_GK25 = Transformer.from_crs("EPSG:4326", "EPSG:3879", always_xy=True)
SOURCE = Path("boundaries") / "osa_alueet.geojson"


def load_boundaries(city: City, data: Path) -> int:
    """Read sub-areas (GeoJSON in CRS84 with `tunnus`) and keep them in EPSG:3879; how many there were."""
    path = data / SOURCE
    if not path.is_file():
        raise NotFound(what=f"{path} is not there.", mend="Give the folder that holds boundaries/osa_alueet.geojson.")
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        kept = [_feature(feature) for feature in features]
    except (ValueError, KeyError) as error:
        raise Invalid(what=f"{path} is not GeoJSON of sub-areas.", why=f"{error}", mend="Download it again.") from error
    target = Path(settings.HOME) / "boundaries" / city.id / "sub_areas.geojson"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"type": "FeatureCollection", "features": kept}), encoding="utf-8")
    return len(kept)


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    moved = transform(shape(feature["geometry"]), _TO_GK25.transform, interleaved=False)
    return {"type": "Feature", "properties": {"code": feature["properties"]["tunnus"]}, "geometry": mapping(moved)}
