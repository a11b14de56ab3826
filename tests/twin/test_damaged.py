"""Models that were damaged anywhere: read as far as they make sense, or refused, and never anything else."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parts.draped import WRITERS
from tests.parts.models3d import EAST, NORTH, House
from toimiva.capabilities.twin.rows import rows_of
from toimiva.engines.citymodels.api import Frame, Unreadable, draped_faces, is_draped, read, sources
from toimiva.engines.solids.api import check_object

HOUSES = House("first"), House("second", EAST + 30)
WORDS = [
    b"", b"nan", b"-inf", b"1e308", b"1e200", b"99999999999999999999999", b"-1", b"null", b"true", b"[]", b"{}", b'"x"', b"<", b"\xff",
    b"&a;", b"]]>",
]  # fmt: skip
OUTLINE = [[24.95, 60.17], [24.96, 60.17], [24.96, 60.18], [24.95, 60.17]]
BLOCK = {"type": "Feature", "id": "a", "properties": {"height": 12, "storeys": 3, "kind": "Building"},
         "geometry": {"type": "Polygon", "coordinates": [OUTLINE]}}  # fmt: skip
FILES = {f"{write}.{'json' if write == 'cityjson' else 'gml'}": WRITERS[write](*HOUSES).encode() for write in WRITERS}
FILES["block.geojson"] = json.dumps({"type": "FeatureCollection", "features": [BLOCK, BLOCK]}).encode()
FILES["mesh.obj"] = b"v 0 0 0\nv 10 0 0\nv 10 10 0\nv 0 0 9\nf 1 2 3\nf 1 2 4\nf 2 3 4\nf 3 1 4\n"


@st.composite
def damaged(draw, content: bytes) -> bytes:
    """The same with a few pieces of up to 40 bytes replaced by other words, and maybe cut off."""
    spoilt = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(spoilt)))
        spoilt[at : at + draw(st.integers(0, 40))] = draw(st.sampled_from(WORDS) | st.binary(max_size=6))
    return bytes(spoilt[: draw(st.just(len(spoilt)) | st.integers(0, len(spoilt)))])


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_model_is_read_as_far_as_it_makes_sense_or_refused(name, data):
    with TemporaryDirectory() as folder, suppress(Unreadable):
        file = Path(folder) / name
        file.write_bytes(data.draw(damaged(FILES[name])))
        for source in sources(file):
            found = list(read(source))
            rows = rows_of(found, source.name, "", Frame.kept(3879, (EAST, NORTH), 17.6))
            assert rows.objects.num_rows == len(found)
            assert all(finding.code > 100 for one in found for finding in check_object(one))
            for face in draped_faces(source) if is_draped(source) else ():
                assert face.rings
