"""Houses under photographs as cities publish them: CityGML 2 and 3 with textures for their rings, and CityJSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.parts.models3d import House, citygml2, citygml3, cityjson
from tests.parts.photographed import east_north, quarters, shown
from toimiva.capabilities.twin.importing import Brought, bring_in
from toimiva.capabilities.twin.tiling import folder_of
from toimiva.core.city.api import City

__all__ = ["WRITERS", "brought", "draped", "drawn", "place_of"]

_RING = re.compile(r'(<gml:Polygon gml:id="([^"]+)"><gml:exterior><gml:LinearRing)>')
_APPEARANCE = 'xmlns:app="http://www.opengis.net/citygml/appearance/{version}"'


def place_of(house: House, x: float, z: float) -> tuple[float, float]:
    """Where a point of a house lies in its photograph: by how far east it is, and how high."""
    return (x - house.x) / house.wide, (z - house.ground) / (house.eaves + house.rise)


def draped(write: str, folder: Path, *houses: House) -> Path:
    """A model of houses, each with a photograph on all faces but its ground, in a folder; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    for house in houses:
        quarters(folder / f"{house.id}.png")
    file = folder / f"houses.{'json' if write == 'cityjson' else 'gml'}"
    file.write_text(WRITERS[write](*houses), encoding="utf-8")
    return file


def brought(city: City, path: Path) -> Brought:
    """What becomes of a file that is kept."""
    (told,) = bring_in(city, path)
    assert not told.error, told.error
    return told


def drawn(city: City) -> list[tuple[np.ndarray, np.ndarray]]:
    """Points (metres from the origin) and their colours, of each part of each tile that holds pieces."""
    files = sorted((folder_of(city, "mesh") / "content").glob("*.glb"))
    return [(east_north(points), colours.astype(int)) for file in files for points, colours in shown(file)]


def _pairs(house: House, number: int) -> list[tuple[float, float]]:
    _, points = house.faces()[number]
    return [place_of(house, x, z) for x, _, z in points]


def _listed(house: House, number: int) -> str:
    pairs = _pairs(house, number)
    return " ".join(f"{value:.4f}" for pair in (*pairs, pairs[0]) for value in pair)


def _citygml2(*houses: House) -> str:
    """Appearance after the objects, as FME writes it."""
    targets = {
        house.id: "".join(
            f'<app:target uri="#{house.id}_{n}"><app:TexCoordList><app:textureCoordinates ring="#{house.id}_{n}_r">'
            f"{_listed(house, n)}</app:textureCoordinates></app:TexCoordList></app:target>" for n in range(1, 7)
        ) for house in houses
    }  # fmt: skip
    return _with_rings(citygml2(*houses, extra=_member(targets, "2.0")))


def _citygml3(*houses: House) -> str:
    targets = {
        house.id: "".join(
            f"<app:textureParameterization><app:TextureAssociation><app:target>#{house.id}_{n}</app:target>"
            f"<app:textureParameterization><app:TexCoordList><app:textureCoordinates>{_listed(house, n)}</app:textureCoordinates>"
            f"<app:ring>#{house.id}_{n}_r</app:ring></app:TexCoordList></app:textureParameterization>"
            "</app:TextureAssociation></app:textureParameterization>" for n in range(1, 7)
        ) for house in houses
    }  # fmt: skip
    text = citygml3(*houses)
    return _with_rings(text.replace("</CityModel>", f"{_member(targets, '3.0')}</CityModel>"))


def _citygml2_by_matrices(*houses: House) -> str:
    """One matrix for each face: told of the face itself or of the surface that it is in."""
    targets = {
        house.id: "".join(
            f'<app:target uri="#{house.id}_{"s" if n % 2 else ""}{n}"><app:TexCoordGen>'
            f"<app:worldToTexture>{_matrix(house)}</app:worldToTexture></app:TexCoordGen></app:target>" for n in range(1, 7)
        ) for house in houses
    }  # fmt: skip
    return citygml2(*houses, extra=_member(targets, "2.0"))


def _matrix(house: House) -> str:
    """What `place_of` does, of which the last row makes a half of everything to be divided by a half."""
    wide, high = 2 * house.wide, 2 * (house.eaves + house.rise)
    return f"{1 / wide} 0 0 {-house.x / wide} 0 0 {1 / high} {-house.ground / high} 0 0 0 0.5"


def _member(targets: dict[str, str], version: str) -> str:
    name = "surfaceDataMember" if version == "2.0" else "surfaceData"
    data = "".join(
        f"<app:{name}><app:ParameterizedTexture><app:imageURI>{key}.png</app:imageURI>{told}"
        f"</app:ParameterizedTexture></app:{name}>" for key, told in targets.items()
    )  # fmt: skip
    space = _APPEARANCE.format(version=version)
    return f"<app:appearanceMember {space}><app:Appearance><app:theme>photo</app:theme>{data}</app:Appearance></app:appearanceMember>"


def _with_rings(text: str) -> str:
    return _RING.sub(r'\1 gml:id="\2_r">', text)


def _cityjson(*houses: House) -> str:
    document, places = cityjson(*houses), []
    for number, house in enumerate(houses):
        values: list[list[list[int | None]]] = [[[None]]]
        for face in range(1, 7):
            pairs = _pairs(house, face)
            values.append([[number, *range(len(places), len(places) + len(pairs))]])
            places += pairs
        document["CityObjects"][house.id]["geometry"][0]["texture"] = {"photo": {"values": [values]}}
    textures = [{"type": "PNG", "image": f"{house.id}.png"} for house in houses]
    return json.dumps(document | {"appearance": {"textures": textures, "vertices-texture": places}})


WRITERS: dict[str, Callable[..., str]] = {
    "citygml2": _citygml2, "citygml2-matrices": _citygml2_by_matrices, "citygml3": _citygml3, "cityjson": _cityjson,
}  # fmt: skip
