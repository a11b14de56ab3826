"""Fewer triangles under the same photograph, by quadric error metrics (Garland and Heckbert 1997).

meshoptimizer does it, which keeps to points that are there, with their places in the picture, and to the cuts between
the patches of a picture. It runs in Node: see simplify.mjs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["NotInstalled", "fewer"]

_SCRIPT = Path(__file__).with_name("simplify.mjs")
Points = NDArray[np.float64]
Places = NDArray[np.float32]
Corners = NDArray[np.int32]


class NotInstalled(RuntimeError):
    """Node or meshoptimizer is not there."""


def fewer(points: Points, uv: Places, corners: Corners, most: int) -> tuple[Points, Places, Corners]:
    """About `most` triangles instead of (t, 3) `corners` of `points` (n, 3) in metres with their places in the picture
    `uv` (n, 2); what has fewer stays as it is. Raises NotInstalled."""
    if len(corners) <= most:
        return points, uv, corners
    near = points - points.mean(axis=0)  # of single precision, which is a millimetre over kilometres
    counts = np.array([len(points), corners.size, 3 * most])
    told = [counts.astype("<u4"), near.astype("<f4"), uv.astype("<f4"), corners.astype("<u4")]
    content = b"".join(one.tobytes() for one in told)
    done = subprocess.run([_node(), _SCRIPT], input=content, capture_output=True)  # noqa: S603 (our own program)
    if done.returncode:
        raise NotInstalled(f"meshoptimizer does not run: {done.stderr.decode().strip()[-300:]}")
    used, again = np.unique(np.frombuffer(done.stdout, dtype="<u4"), return_inverse=True)
    return points[used], uv[used], again.reshape(-1, 3).astype(np.int32)


def _node() -> str:
    own = Path(sys.prefix) / "bin" / "node"
    found = str(own) if own.exists() else shutil.which("node")
    if found is None:
        raise NotInstalled("Node is not installed.")
    return found
