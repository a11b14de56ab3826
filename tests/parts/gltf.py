"""Binary glTF as a viewer reads it, and what Khronos's validator finds in it."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import DracoPy
import numpy as np

from tests.conftest import missing

ROOT = Path(__file__).parent.parent.parent
_SCRIPT = (
    "const v=require('gltf-validator');const fs=require('fs');"
    "Promise.all(process.argv.slice(1).map(f=>v.validateBytes(new Uint8Array(fs.readFileSync(f)))))"
    ".then(r=>console.log(JSON.stringify(r.map(x=>x.issues))))"
)


def validated(files: Sequence[Path]) -> list[dict]:
    """The issues of each file."""
    node = ROOT / ".venv" / "bin" / "node"
    if not (ROOT / "node_modules" / "gltf-validator").exists() or not node.exists():
        missing("gltf-validator", "run `make setup-test`")
    command = [str(node), "-e", _SCRIPT, *map(str, files)]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def document_of(content: bytes) -> tuple[dict, bytes]:
    """The JSON and the binary chunk."""
    length = struct.unpack_from("<I", content, 12)[0]
    return json.loads(content[20 : 20 + length]), content[28 + length :]


def view_of(document: dict, binary: bytes, number: int) -> bytes:
    """The bytes of a view."""
    view = document["bufferViews"][number]
    return binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]


def attribute(mesh, unique_id: int) -> np.ndarray:
    """An attribute of a Draco mesh by its unique id."""
    return next(np.asarray(one["data"]) for one in mesh.attributes if one["unique_id"] == unique_id)


def on_earth(document: dict, points: np.ndarray) -> np.ndarray:
    """Points of the only node in earth-centred metres: glTF's y axis is up, 3D Tiles turns it back."""
    placed = np.array(document["nodes"][0]["matrix"]).reshape(4, 4).T
    y_up = points @ placed[:3, :3].T + placed[:3, 3]
    return np.stack([y_up[:, 0], -y_up[:, 2], y_up[:, 1]], axis=1)


def unpacked(document: dict, binary: bytes, primitive: dict):
    """The Draco mesh of a primitive, and the unique ids of its attributes by name."""
    packed = primitive["extensions"]["KHR_draco_mesh_compression"]
    return DracoPy.decode(view_of(document, binary, packed["bufferView"])), packed["attributes"]
