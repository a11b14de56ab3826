"""Compile Helsinki's facts (figures, names, coordinates) from published data sets into cities/helsinki/facts/.

    .venv/bin/python scripts/compile_facts.py DATA_FOLDER

Only needed when the statistics are renewed; the compiled tables are in the repository. Sources and licences are
written to cities/helsinki/facts/SOURCES.md by hand. Coordinates are ETRS-GK25 (EPSG:3879), easting first.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from pyproj import Transformer
from shapely import STRtree
from shapely import transform as moved
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

FACTS = Path(__file__).parent.parent / "cities" / "helsinki" / "facts"
FROM_WGS84 = Transformer.from_crs("EPSG:4326", "EPSG:3879", always_xy=True).transform
FROM_TM35 = Transformer.from_crs("EPSG:3067", "EPSG:3879", always_xy=True).transform
HOUSEHOLDS = {
    "households": "Households, total (TE)",
    "one_person": "One-person households (TE)",
    "with_children": "Households with children (TE)",
    "one_parent": "One-parent households with children (TE)",
    "average_size": "Average size of households (TE)",
    "median_income_eur": "Median income of households (TR)",
    "females": "Females (HE)",
    "males": "Males (HE)",
    "residents": "Inhabitants, total (HE)",
}


def features(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8-sig"))["features"]


def write(name: str, rows: Iterable[dict]) -> None:
    rows = list(rows)
    with (FACTS / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def age_column(key: str) -> str | None:
    match = re.fullmatch(r"(\d+)(?:-(\d+))? years(?: or over)? \(HE\)", key)
    return f"age_{int(match[1]):02d}_{match[2] or 'up'}" if match else None


def postal_areas(data: Path) -> list[dict]:
    rows = []
    for feature in features(data / "population/paavo_helsinki_2023.geojson"):
        figures = feature["properties"]
        row = {"postal_code": figures["postal_code"], "name": figures["name"].removeprefix("Helsinki ").strip()}
        for name, key in HOUSEHOLDS.items():
            row[name] = figures[key] if name == "average_size" else int(figures[key])
        ages = {age_column(key): int(value) for key, value in figures.items() if age_column(key)}
        rows.append(row | dict(sorted(ages.items())))
    return sorted(rows, key=lambda row: row["postal_code"])


def sub_areas(data: Path) -> list[dict]:
    district = {
        f["properties"]["osaalue_tunnus"]: f["properties"] for f in features(data / "boundaries/pienalueet.geojson")
    }
    rows = []
    for feature in features(data / "boundaries/osa_alueet.geojson"):
        area = feature["properties"]
        centre = moved(shape(feature["geometry"]), FROM_WGS84, interleaved=False).representative_point()
        upper = district.get(area["tunnus"], {})
        rows.append({
            "code": area["tunnus"], "name_fi": area["nimi_fi"], "name_sv": area["nimi_se"],
            "district": area["kokotunnus"][3:7],
            "district_fi": (upper.get("peruspiiri_nimi_fi") or "").title(),
            "district_sv": (upper.get("peruspiiri_nimi_se") or "").title(),
            "major_district_fi": (upper.get("suurpiiri_nimi_fi") or "").title(),
            "major_district_sv": (upper.get("suurpiiri_nimi_se") or "").title(),
            "x": round(centre.x), "y": round(centre.y),
        })  # fmt: skip
    return sorted(rows, key=lambda row: row["code"])


def cells(data: Path) -> list[dict]:
    """Population cells of 250 m with the postal area and sub-area that their middle falls in."""
    areas = Lookup(data / "boundaries/osa_alueet.geojson", "tunnus", FROM_WGS84)
    postal = Lookup(data / "population/paavo_helsinki_2023.geojson", "postal_code", FROM_TM35)
    rows = []
    for feature in features(data / "population/hsy_population_grid_250m.geojson"):
        middle = moved(shape(feature["geometry"]), FROM_WGS84, interleaved=False).centroid
        sub_area, code = areas.of(middle), postal.of(middle)
        if sub_area and code:
            residents = feature["properties"]["asukkaita"]
            rows.append(
                {
                    "x": round(middle.x),
                    "y": round(middle.y),
                    "postal_code": code,
                    "sub_area": sub_area,
                    "residents": residents,
                }
            )
    rows += _areas_without_cells(postal, areas, {row["postal_code"] for row in rows})
    return sorted(rows, key=lambda row: (row["postal_code"], row["x"], row["y"]))


def _areas_without_cells(postal: Lookup, areas: Lookup, known: set[str]) -> list[dict]:
    """Areas whose cells are all withheld for privacy get one cell in their middle."""
    rows = []
    for code, area in zip(postal.keys, postal.shapes, strict=True):
        middle = area.representative_point()
        if code not in known and (sub_area := areas.of(middle)):
            rows.append(
                {"x": round(middle.x), "y": round(middle.y), "postal_code": code, "sub_area": sub_area, "residents": 1}
            )
    return rows


class Lookup:
    """Which area of a file a point is in, or nearest to within 200 m (shores are drawn differently)."""

    def __init__(self, path: Path, key: str, to_gk25) -> None:
        found = features(path)
        self.keys = [f["properties"][key] for f in found]
        self.shapes: list[BaseGeometry] = [moved(shape(f["geometry"]), to_gk25, interleaved=False) for f in found]
        self.tree = STRtree(self.shapes)

    def of(self, point: Point) -> str | None:
        inside = self.tree.query(point, predicate="intersects")
        if len(inside):
            return self.keys[inside[0]]
        nearest = self.tree.nearest(point)
        return self.keys[nearest] if self.shapes[nearest].distance(point) < 200 else None


def main() -> None:
    data = Path(sys.argv[1])
    write("postal_areas.csv", postal_areas(data))
    write("sub_areas.csv", sub_areas(data))
    write("cells.csv", cells(data))


if __name__ == "__main__":
    main()
