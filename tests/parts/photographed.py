"""Reality meshes as cities deliver them: OBJ tiles of a hill with a photograph each, an origin told beside them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from pyproj import Transformer

from tests.parts.gltf import attribute, document_of, on_earth, unpacked, view_of
from tests.parts.models3d import EAST, NORTH

SIZE = 100.0  # metres of a tile
METADATA = """<?xml version="1.0" encoding="utf-8"?>
<ModelMetadata version="1"><SRS>{srs}</SRS><SRSOrigin>{x},{y},0</SRSOrigin></ModelMetadata>"""
QUARTERS = {(0, 0): (200, 30, 30), (1, 0): (30, 160, 30), (0, 1): (30, 30, 200), (1, 1): (220, 200, 40)}


def metadata(folder: Path, x: float, y: float, srs: str = "EPSG:3879") -> None:
    """What stands beside the tiles of ContextCapture."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metadata.xml").write_text(METADATA.format(srs=srs, x=x, y=y))


def quarters(path: Path, side: int = 256) -> None:
    """A photograph with a colour in each quarter, by east and north."""
    picture = Image.new("RGB", (side, side))
    for (east, north), colour in QUARTERS.items():
        picture.paste(
            colour, (east * side // 2, (1 - north) * side // 2, (east + 1) * side // 2, (2 - north) * side // 2)
        )
    picture.save(path)


def tile(folder: Path, name: str, east: float = 0.0, north: float = 0.0, steps: int = 20, lift: float = 0.0) -> Path:
    """A tile of a hill whose top is 20 m above its edge, from `east` and `north` of the origin."""
    folder.mkdir(parents=True, exist_ok=True)
    quarters(folder / f"{name}.png")
    (folder / f"{name}.mtl").write_text(f"newmtl picture\nmap_Kd {name}.png\n")
    at = np.linspace(0, 1, steps + 1)
    u, v = (one.ravel() for one in np.meshgrid(at, at))
    z = 20 * np.sin(np.pi * u) * np.sin(np.pi * v) + lift
    number = np.arange((steps + 1) ** 2).reshape(steps + 1, steps + 1) + 1
    a, b, c, d = (one.ravel() for one in (number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]))
    lines = [f"mtllib {name}.mtl", "usemtl picture"]
    lines += [f"v {x:.4f} {y:.4f} {h:.4f}" for x, y, h in zip(u * SIZE + east, v * SIZE + north, z, strict=True)]
    lines += [f"vt {x:.6f} {y:.6f}" for x, y in zip(u, v, strict=True)]
    lines += [f"f {i}/{i} {j}/{j} {k}/{k}" for one in ((a, b, c), (a, c, d)) for i, j, k in zip(*one, strict=True)]
    (folder / f"{name}.obj").write_text("\n".join(lines))
    return folder / f"{name}.obj"


def shown(file: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """(earth-centred points, colours there) of every part of a tile, as a viewer draws them."""
    document, binary = document_of(file.read_bytes())
    parts = []
    for primitive in document["meshes"][0]["primitives"]:
        mesh, ids = unpacked(document, binary, primitive)
        uv = attribute(mesh, ids["TEXCOORD_0"])
        material = document["materials"][primitive["material"]]["pbrMetallicRoughness"]["baseColorTexture"]["index"]
        view = document["images"][document["textures"][material]["source"]]["bufferView"]
        picture = np.asarray(Image.open(io.BytesIO(view_of(document, binary, view))))
        side = np.array(picture.shape[1::-1])
        pixel = np.clip((uv * side).astype(int), 0, side - 1)
        parts.append((on_earth(document, np.asarray(mesh.points)), picture[pixel[:, 1], pixel[:, 0]]))
    return parts


def east_north(points: np.ndarray) -> np.ndarray:
    """Metres from the origin of the tiles, and above the ellipsoid."""
    lon, lat, height = Transformer.from_crs(4978, 4979, always_xy=True).transform(*points.T)
    x, y = Transformer.from_crs(4326, 3879, always_xy=True).transform(lon, lat)
    return np.stack([x - EAST, y - NORTH, height], axis=1)
