"""How the faces of models look: which photograph is on which, from whatever format says so."""

from __future__ import annotations

import io
from collections.abc import Iterator

from toimiva.engines.citymodels.draped_citygml import draped_of_citygml
from toimiva.engines.citymodels.draped_cityjson import draped_of_cityjson
from toimiva.engines.citymodels.files import Source
from toimiva.engines.citymodels.objects import DrapedFace, Unreadable, on_earth
from toimiva.engines.citymodels.textured import as_jpeg

__all__ = ["draped_faces", "is_draped", "photograph"]

_SAYS = {
    "citygml": (b"ParameterizedTexture", b"GeoreferencedTexture"),
    "cityjson": (b'"vertices-texture"',), "cityjsonseq": (b'"vertices-texture"',),
}  # fmt: skip
_BLOCK = 2**20


def is_draped(source: Source) -> bool:
    """Whether a model has photographs on its faces. Raises Unreadable."""
    says = _SAYS.get(source.kind)
    if not says or not source.size:
        return False
    before = b""
    with source.opened() as stream:
        while block := stream.read(_BLOCK):
            if any(word in before + block for word in says):
                return True
            before = block[-max(map(len, says)) :]
    return False


def draped_faces(source: Source) -> Iterator[DrapedFace]:
    """The faces of a model that has been read before, one after another; those that are nowhere are left out."""
    with source.opened() as stream:
        found = (
            draped_of_citygml(stream, source.beside) if source.kind == "citygml"
            else draped_of_cityjson(stream, source.name, in_lines=source.kind == "cityjsonseq")
        )  # fmt: skip
        yield from (face for face in found if face.rings and all(map(on_earth, face.rings)))


def photograph(source: Source, picture: str) -> tuple[bytes, int]:
    """A photograph of a model as JPEG, and how many pixels it has. Raises Unreadable for one that is not there, or lies
    outside the folder of the model."""
    from PIL import Image

    content = source.beside(picture)
    if content is None:
        raise Unreadable(f"{source.name} has no photograph {picture!r} beside it.", mend="Put it there.")
    try:
        with Image.open(io.BytesIO(content)) as shown:
            return as_jpeg(picture, shown)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Unreadable(f"{picture} cannot be read.", why=str(error), mend="Put a JPEG or PNG there.") from error
