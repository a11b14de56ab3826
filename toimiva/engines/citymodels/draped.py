"""How the faces of models look: which photograph is on which, from whatever format says so."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from toimiva.engines.citymodels.draped_citygml import draped_of_citygml
from toimiva.engines.citymodels.draped_cityjson import draped_of_cityjson
from toimiva.engines.citymodels.files import Source
from toimiva.engines.citymodels.objects import DrapedFace, Unreadable, on_earth
from toimiva.engines.citymodels.textured import as_jpeg

__all__ = ["draped_faces", "is_draped", "photograph"]

_SAYS = {"citygml": b"ParameterizedTexture", "cityjson": b'"vertices-texture"', "cityjsonseq": b'"vertices-texture"'}


def is_draped(source: Source) -> bool:
    """Whether a model has photographs on its faces. What comes out of an archive has none beside it."""
    says, path = _SAYS.get(source.kind), source.path
    if says is None or path is None or not source.size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(says) >= 0


def draped_faces(source: Source) -> Iterator[DrapedFace]:
    """The faces of a model that has been read before, one after another; those that are nowhere are left out."""
    with source.opened() as stream:
        found = (
            draped_of_citygml(stream) if source.kind == "citygml"
            else draped_of_cityjson(stream, source.name, in_lines=source.kind == "cityjsonseq")
        )  # fmt: skip
        yield from (face for face in found if face.rings and all(map(on_earth, face.rings)))


def photograph(source: Source, picture: str) -> tuple[bytes, int]:
    """A photograph of a model as JPEG, and how many pixels it has. Raises Unreadable for one that is not there, or lies
    outside the folder of the model."""
    from PIL import Image

    folder = (source.path or Path(source.name)).resolve().parent
    file = (folder / picture.replace("\\", "/")).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise Unreadable(f"{source.name} has no photograph {picture!r} beside it.", mend="Put it there.")
    try:
        with Image.open(file) as shown:
            return as_jpeg(picture, shown)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Unreadable(f"{picture} cannot be read.", why=str(error), mend="Put a JPEG or PNG there.") from error
