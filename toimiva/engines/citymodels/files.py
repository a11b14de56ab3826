"""Files of city models: which format one is told by its beginning, archives are looked into, and bombs are refused."""

from __future__ import annotations

import gzip
import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from toimiva.engines.citymodels.objects import Unreadable

__all__ = ["Source", "sources"]

_SUFFIXES = {
    ".gml": "citygml", ".xml": "citygml", ".citygml": "citygml", ".json": "cityjson", ".cityjson": "cityjson",
    ".jsonl": "cityjsonseq", ".ndjson": "cityjsonseq", ".obj": "mesh", ".glb": "mesh", ".gltf": "mesh", ".b3dm": "mesh",
    ".ply": "mesh", ".geojson": "geojson", ".geojsonl": "geojson",
    ".tif": "terrain", ".tiff": "terrain", ".asc": "terrain", ".las": "points",
    ".laz": "points", ".pbf": "openstreetmap",
}  # fmt: skip
_SNIFFED = 65_536
_RATIO = 200  # text of city models shrinks to a tenth or a thirtieth; bombs to a thousandth
_ALLOWED = 64 * 2**20  # bytes before the ratio is looked at
_OUT_OF_ZIP = ("citygml", "cityjson", "cityjsonseq", "geojson")
_BESIDE = {"mesh", "terrain", "points"}  # what is read with what lies beside it, or by libraries that want a file
_MOST_MEMBERS = 100_000
_CONTENT = (".glb", ".gltf", ".b3dm")  # of tiles, that may be meshes by themselves
_DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)
_OTHER = "json"  # of no model that is known; whoever names it is told what it lacks


@dataclass(frozen=True, slots=True)
class Source:
    """One model to read: `name` is relative to what was asked for, `kind` its format, `size` in bytes as stored.

    `path` is the file itself where it is read as it stands, None for what comes out of an archive. `beside` gives the
    content of a file in its folder, or below that, by its name from there, and None where there is none.
    """

    name: str
    kind: str
    size: int
    path: Path | None
    _open: Callable[[], IO[bytes]]
    beside: Callable[[str], bytes | None] = lambda _: None

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The content, unpacked as it is read. Raises Unreadable where it is damaged or a bomb."""
        try:
            with self._open() as stream:
                yield stream
        except _DAMAGED as error:
            mend = "Fetch the file again, or unpack it first."
            raise Unreadable(f"{self.name} cannot be unpacked.", why=str(error), mend=mend) from error


def sources(path: Path) -> Iterator[Source]:
    """Every model in a file, an archive or a folder (with its folders), by name. Raises Unreadable."""
    if not path.exists():
        raise Unreadable(f"There is no {path}.", mend="Give a file or a folder of city models.")
    found = False
    for file in sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]:
        name = str(file.relative_to(path)) if path.is_dir() else file.name
        for source in _in_file(file, name, alone=path.is_file()):
            found = True
            yield source
    if not found:
        known = ", ".join(sorted({*_SUFFIXES, ".zip", ".gz"}))
        raise Unreadable(f"{path} has no city model.", why=f"Read are {known}, and 3D Tiles by their tileset.json.")


def _in_file(file: Path, name: str, *, alone: bool) -> Iterator[Source]:
    suffix = file.suffix.lower()
    if suffix == ".zip":
        yield from _in_zip(file, name)
    elif suffix == ".gz":
        kind = _SUFFIXES.get(Path(file.stem).suffix.lower())
        if kind:
            beside = partial(_in_folder, file.resolve().parent)
            yield Source(name, kind, file.stat().st_size, None, lambda: _from_gzip(file, name), beside)
    else:
        kind = _kind(file, suffix)
        if kind and (alone or not _in_tileset(file, kind)):
            beside = partial(_in_folder, file.resolve().parent)
            yield Source(name, kind, file.stat().st_size, file, lambda: file.open("rb"), beside)


def _kind(file: Path, suffix: str) -> str | None:
    kind = _SUFFIXES.get(suffix)
    if kind not in ("cityjson", "geojson", "citygml"):
        return kind
    with file.open("rb") as stream:
        start = stream.read(_SNIFFED).lstrip(b"\xef\xbb\xbf \r\n\t")
    if kind == "citygml" or start[:1] == b"<":
        return None if b"<ModelMetadata" in start else "citygml"  # what stands beside the meshes of ContextCapture
    if b'"geometricError"' in start or (b'"asset"' in start and file.name == "tileset.json"):
        return "tileset"
    if b'"CityJSON"' in start[: start.find(b"\n") + 1] and b'"CityJSONFeature"' in start:
        return "cityjsonseq"
    if b'"CityJSON"' in start or b'"CityObjects"' in start:
        return "cityjson"
    return "geojson" if kind == "geojson" or b'"FeatureCollection"' in start else _OTHER


def _in_tileset(file: Path, kind: str) -> bool:
    """Content, schemas and parts of a tileset are read by way of its tileset.json, or not at all."""
    above = list(file.parents)[file.name == "tileset.json" : 4]
    own = kind in ("tileset", _OTHER) or file.suffix.lower() in _CONTENT
    return own and any((one / "tileset.json").exists() for one in above)


def _in_zip(file: Path, name: str) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
    except zipfile.BadZipFile as error:
        yield _refused(file, name, Unreadable(f"{name} is no ZIP archive.", why=str(error), mend="Fetch it again."))
        return
    if len(members) > _MOST_MEMBERS:
        why = f"At most {_MOST_MEMBERS} are looked through."
        yield _refused(file, name, Unreadable(f"{name} holds {len(members)} files.", why=why, mend="Unpack it."))
        return
    kinds = [_SUFFIXES.get(Path(member.filename).suffix.lower()) for member in members]
    for member, kind in zip(members, kinds, strict=True):
        if kind in _OUT_OF_ZIP:
            inside = f"{name}/{member.filename}"
            beside = partial(_in_archive, file, name, posixpath.dirname(member.filename))
            yield Source(inside, kind, member.compress_size, None, _from_zip(file, member, inside), beside)
    if _BESIDE & set(kinds):
        why = "Meshes, terrain and clouds of points are not read out of archives."
        yield _refused(file, name, Unreadable(f"{name} has more in it than is read.", why=why, mend="Unpack it first."))


def _refused(file: Path, name: str, error: Unreadable) -> Source:
    """An archive that tells its fault when it is read, so that the files beside it are read too."""

    def opened() -> IO[bytes]:
        raise error

    return Source(name, "citygml", file.stat().st_size, None, opened)


def _in_folder(folder: Path, wanted: str) -> bytes | None:
    file = (folder / wanted.replace("\\", "/")).resolve()
    return file.read_bytes() if file.is_relative_to(folder) and file.is_file() else None


def _in_archive(file: Path, name: str, folder: str, wanted: str) -> bytes | None:
    inside = posixpath.normpath(posixpath.join(folder, wanted.replace("\\", "/")))
    if folder and not inside.startswith(f"{folder}/"):
        return None
    with suppress(KeyError, Unreadable, *_DAMAGED), zipfile.ZipFile(file) as archive:  # a bomb is as good as not there
        member = archive.getinfo(inside)
        with archive.open(member) as stream:
            return _unpacked(stream, member.compress_size, f"{name}/{inside}").read()
    return None


def _from_gzip(file: Path, name: str) -> IO[bytes]:
    return _unpacked(gzip.open(file), file.stat().st_size, name)


def _from_zip(file: Path, member: zipfile.ZipInfo, name: str) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        stream = zipfile.ZipFile(file).open(member)  # noqa: SIM115 (closed by Source.opened)
        return _unpacked(stream, member.compress_size, name)

    return opened


def _unpacked(stream: IO[bytes] | Any, packed: int, name: str) -> IO[bytes]:
    return cast("IO[bytes]", io.BufferedReader(_Measured(stream, packed, name), buffer_size=2**20))


class _Measured(io.RawIOBase):
    """A stream that stops a bomb: what comes out is counted against what went in."""

    def __init__(self, stream: IO[bytes], packed: int, name: str) -> None:
        self.stream, self.packed, self.name = stream, packed, name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self.stream.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        out = self.stream.tell()
        if out > _ALLOWED and out > _RATIO * max(self.packed, 1):
            why = (
                f"{self.packed:,} bytes grew to more than {out:,}: over {_RATIO} times, as bombs do and models do not."
            )
            raise Unreadable(
                f"{self.name} is not unpacked any further.", why=why, mend="Unpack it first, if you trust it."
            )
        return len(data)
