"""Where models lie: reference systems as they are written, the order of their axes, and files that lie nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parts.models3d import EAST, NORTH
from toimiva.engines.citymodels.api import (
    Unreadable,
    degrees,
    epsg_of,
    frame_of,
    grid_turn,
    metres,
)


def test_the_order_of_axes_is_found_and_told():
    usual = frame_of("EPSG:3879", np.array([EAST, NORTH, 3]), "a", {3879: (17.6, "stated")})
    swapped = frame_of("urn:ogc:def:crs:EPSG::3879", np.array([NORTH, EAST, 3]), "a", {})
    assert (usual.swapped, usual.as_authority, usual.undulation) == (False, False, 17.6)
    assert (swapped.swapped, swapped.as_authority) == (True, True)
    assert "the authority gives the other order" in usual.said()
    same = swapped.to_metric(np.array([[NORTH, EAST, 3.0]]))
    assert same.tolist() == usual.to_metric(np.array([[EAST, NORTH, 3.0]])).tolist()


@pytest.mark.parametrize(
    "written, prefer, latitude_first",
    [
        ("urn:ogc:def:crs:EPSG::4979", None, True), ("http://www.opengis.net/def/crs/EPSG/0/4326", None, True),
        ("EPSG:4979", None, False), ("EPSG:4326", None, False), ("EPSG:4326", 2263, False),
        ("urn:ogc:def:crs:EPSG::4326", 2263, False), ("urn:ogc:def:crs:EPSG::4326", 3879, True),
    ],
)  # fmt: skip
def test_degrees_that_are_places_either_way_round_lie_in_the_city_or_as_is_usual(written, prefer, latitude_first):
    """New York, longitude first: -40.7 degrees of latitude would be a place as well."""
    frame = frame_of(written, np.array([-74.0, 40.7, 3]), "a", {}, prefer)
    assert frame.swapped == latitude_first


@pytest.mark.parametrize(
    "written, code",
    [
        ("EPSG:3879", 3879), ("epsg:3879", 3879), ("3879", 3879), ("urn:ogc:def:crs:EPSG::3879", 3879),
        ("urn:ogc:def:crs:EPSG:6.12:3879", 3879), ("https://www.opengis.net/def/crs/EPSG/0/7415", 7415),
        ("urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::5783", 25832), ("urn:ogc:def:crs,crs:EPSG:6.12:3068,crs:EPSG:6.12:5783", 3068),
        ("EPSG:25832+5783", 25832), ("http://www.opengis.net/gml/srs/epsg.xml#25832", 25832),
        ("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH", 25832), ("urn:adv:crs:DE_DHDN_3GK4*DE_DHHN92_NH", 31468), ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326), ("local", None), ("", None),
    ],
)  # fmt: skip
def test_a_system_is_known_however_it_is_written(written, code):
    assert epsg_of(written) == code


def test_known_points_lie_where_they_are():
    """Helsinki cathedral in EPSG:3879 and degrees; Delft in Rijksdriehoek; a grid's north at its own meridian."""
    x, y = metres(3879, 24.95207, 60.17039)
    assert (round(x), round(y)) == (25497340, 6672764) or abs(x - 25497340) < 60
    lon, lat = degrees(28992, 84616.468, 447422.999)
    assert (round(lon, 3), round(lat, 3)) == (4.362, 52.011)
    assert abs(grid_turn(3879, 25.0, 60.2)) < 1e-6
    assert grid_turn(3067, 24.95, 60.17) == pytest.approx(-1.78, abs=0.05)


@pytest.mark.parametrize(
    "written, middle, words",
    [
        ("", [EAST, NORTH, 0], "--crs"),
        ("EPSG:99999", [EAST, NORTH, 0], "unknown system"),
        ("EPSG:28992", [EAST, NORTH, 0], "does not lie where its system says"),
        ("EPSG:3879", [1e300, 1e300, 0], "does not lie where its system says"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", [EAST, NORTH, 0], "not in degrees"),
    ],
)
def test_a_file_that_lies_nowhere_is_refused_with_the_remedy(written, middle, words):
    with pytest.raises(Unreadable) as error:
        frame_of(written, np.array(middle), "a.gml", {})
    assert words in str(error.value)
