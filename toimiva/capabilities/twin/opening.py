"""The twin for everybody: buildings, and the sun on their roofs."""

from __future__ import annotations

from typing import Any

import polars as pl

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.fields import field_between, measured
from toimiva.capabilities.twin.showing import label
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["Between", "Buildings", "Flood", "RoadNoise", "RoofSun", "ViewsFromWalls", "Walks"]

_ID = Column("building", "text", {"fi": "Rakennuksen tunnus", "sv": "Byggnadens kod", "en": "Id of the building"})
_PLACE = (
    Column("longitude", "longitude", {"fi": "Pituusaste", "sv": "Longitud", "en": "Longitude"}),
    Column("latitude", "latitude", {"fi": "Leveysaste", "sv": "Latitud", "en": "Latitude"}),
)
_AREA = Column("area", "number", {"fi": "Ala, m²", "sv": "Yta, m²", "en": "Area, m²"})


class _OfTwin(OpenTable):
    theme = "ENVI"
    frequency = "IRREG"

    def is_simulated(self, city: City) -> bool:
        """Models are the city's own."""
        return False


@open_tables.register("buildings")
class Buildings(_OfTwin):
    """Buildings of the twin, measured from their models."""

    title = {
        "fi": "Rakennukset kolmiulotteisesti",
        "sv": "Byggnader i tre dimensioner",
        "en": "Buildings in three dimensions",
    }
    about = {
        "fi": "Rakennusten korkeus, tilavuus ja kattopinta-ala, mitattu kaupunkimallista. Koko malli: 3D Tiles.",
        "sv": "Byggnadernas höjd, volym och takyta, mätta ur stadsmodellen. Hela modellen: 3D Tiles.",
        "en": "Height, volume and roof area of buildings, measured from the city model. The whole model: 3D Tiles.",
    }
    keywords = {
        "fi": ["rakennus", "kaupunkimalli", "3D"],
        "sv": ["byggnad", "stadsmodell"],
        "en": ["building", "city model", "3D"],
    }
    sources = ("CityGML, CityJSON", "OpenStreetMap")
    chart = Chart("height")
    columns = (
        _ID,
        Column("name", "text", {"fi": "Nimi tai osoite", "sv": "Namn eller adress", "en": "Name or address"}),
        Column("height", "number", {"fi": "Korkeus, m", "sv": "Höjd, m", "en": "Height, m"}),
        Column(
            "height_from",
            "text",
            {
                "fi": "Mistä korkeus on (guess: arvattu)",
                "sv": "Varifrån höjden är (guess: gissad)",
                "en": "What tells the height (guess: nothing does)",
            },
        ),
        Column("volume", "number", {"fi": "Tilavuus, m³", "sv": "Volym, m³", "en": "Volume, m³"}),
        Column("roof_area", "number", {"fi": "Kattopinta-ala, m²", "sv": "Takyta, m²", "en": "Roof area, m²"}),
        *_PLACE,
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By id."""
        return self.framed(_asked(
            city, f"SELECT o.id, {label(city)}, round(o.top - o.ground, 2), "
            "coalesce(o.attributes ->> 'height_from', 'model'), round(o.volume, 1), round(o.roof_area, 1), "
            "round(o.longitude, 7), round(o.latitude, 7) FROM objects o WHERE o.kind LIKE 'Building%' AND o.placed "
            "AND o.faces > 0 ORDER BY o.id, o.source"
        ))  # fmt: skip


@open_tables.register("roof-sun")
class RoofSun(_OfTwin):
    """A year of sun on every roof."""

    title = {"fi": "Kattojen aurinko vuodessa", "sv": "Sol på taken under ett år", "en": "Sun on roofs in a year"}
    about = {
        "fi": "Jokaisen katon ala, kaltevuus, suunta ja vuoden aurinko ympäristön varjot laskettuna. Malli, ei "
        "mittaus: kirkas taivas (Ineichen), kuukausien pilvisyys, varjot säteinä. Virhe enintään noin 8 %.",
        "sv": "Yta, lutning, riktning och årets sol för varje tak, med omgivningens skuggor. En modell, inte en "
        "mätning: klar himmel (Ineichen), månadernas molnighet, skuggor som strålar. Felet är högst omkring 8 %.",
        "en": "Area, slope, direction and a year's sun of every roof, with the shadows of what stands around. "
        "A model, not a measurement: clear sky (Ineichen), clouds by month, shadows by rays. The error is at most "
        "about 8 %.",
    }
    keywords = {"fi": ["aurinkoenergia", "katto"], "sv": ["solenergi", "tak"], "en": ["solar energy", "roof"]}
    sources = ("CityGML, CityJSON", "Finnish Meteorological Institute: cloudiness")
    chart = Chart("azimuth", "electricity", "sum")
    columns = (
        _ID,
        Column("roof", "text", {"fi": "Katon tunnus", "sv": "Takets kod", "en": "Id of the roof"}),
        _AREA,
        Column("slope", "number", {"fi": "Kaltevuus, astetta", "sv": "Lutning, grader", "en": "Slope, degrees"}),
        Column("azimuth", "number", {"fi": "Suunta, astetta", "sv": "Riktning, grader", "en": "Direction, degrees"}),
        Column("sun", "number", {"fi": "Aurinkoa, kWh/m²", "sv": "Sol, kWh/m²", "en": "Sun, kWh/m²"}),
        Column("shade", "number", {"fi": "Varjojen osuus", "sv": "Skuggornas andel", "en": "Share lost to shadows"}),
        Column("electricity", "number", {"fi": "Sähköä, kWh", "sv": "El, kWh", "en": "Electricity, kWh"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By building and roof."""
        return self.framed(_asked(
            city, "SELECT object, face, round(area, 1), round(slope, 1), round(azimuth), round(sun), round(shade, 2), "
            "round(electricity) FROM solar WHERE kind = 'RoofSurface' ORDER BY object, face"
        ))  # fmt: skip


@open_tables.register("road-noise")
class RoadNoise(_OfTwin):
    """Noise of road traffic before every wall."""

    title = {"fi": "Tieliikenteen melu julkisivuilla", "sv": "Vägtrafikbuller vid fasader", "en": "Road noise at walls"}
    about = {
        "fi": "Tieliikenteen melu jokaisen seinän edessä 4 metrin korkeudella, dB(A). Malli, ei mittaus: CNOSSOS-EU "
        "maaston ja kattojen yli, yksi heijastus seinistä. Liikenne on tien tai tieluokan mukaan. Virhe 2–3 dB, "
        "sisäpihoilla enemmän.",
        "sv": "Vägtrafikbuller framför varje vägg på 4 meters höjd, dB(A). En modell, inte en mätning: CNOSSOS-EU över "
        "terräng och tak med en reflex från väggar. Trafiken är vägens eller vägklassens. Felet är 2–3 dB, på "
        "innergårdar mer.",
        "en": "Noise of road traffic before every wall, 4 metres up, dB(A). A model, not a measurement: CNOSSOS-EU "
        "over terrain and roofs with one reflection from walls. Traffic is the road's or its class's. The error is 2 "
        "to 3 dB, in courts more.",
    }
    keywords = {"fi": ["melu", "liikenne"], "sv": ["buller", "trafik"], "en": ["noise", "traffic"]}
    sources = ("OpenStreetMap", "CityGML, CityJSON", "Directive (EU) 2021/1226 (CNOSSOS-EU)")
    chart = Chart("lden")
    columns = (
        _ID,
        Column("wall", "text", {"fi": "Seinän tunnus", "sv": "Väggens kod", "en": "Id of the wall"}),
        Column("day", "number", {"fi": "Päivä, dB", "sv": "Dag, dB", "en": "Day, dB"}),
        Column("evening", "number", {"fi": "Ilta, dB", "sv": "Kväll, dB", "en": "Evening, dB"}),
        Column("night", "number", {"fi": "Yö, dB", "sv": "Natt, dB", "en": "Night, dB"}),
        Column("lden", "number", {"fi": "Koko vuorokausi, Lden, dB", "sv": "Hela dygnet, Lden, dB", "en": "Lden, dB"}),
        *_PLACE,
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By building and wall."""
        return self.framed(_asked(
            city, "SELECT object, wall, day, evening, night, den, round(longitude, 7), round(latitude, 7) FROM noise "
            "ORDER BY object, wall, source"
        ))  # fmt: skip


@open_tables.register("views-from-walls")
class ViewsFromWalls(_OfTwin):
    """What is seen from every wall."""

    title = {"fi": "Näkymät seinistä", "sv": "Utsikten från väggar", "en": "Views from walls"}
    about = {
        "fi": "Mitä jokaisesta seinästä näkyy: taivaan, rakennusten, kasvien, veden ja maan osuudet ja kuinka kauas "
        "näkee (enintään 300 m). Malli, ei mittaus: näkyvyyskertoimet säteinä, maa tasaisena, maaston mäet taustalla. "
        "Virhe enintään 0,02; puut ja vesi, joita kaupunkimallissa ei ole, puuttuvat.",
        "sv": "Vad som syns från varje vägg: andelarna himmel, byggnader, växter, vatten och mark, och hur långt man "
        "ser (högst 300 m). En modell, inte en mätning: synfaktorer som strålar, marken plan, terrängens höjder i "
        "bakgrunden. Felet är högst 0,02; träd och vatten som stadsmodellen saknar syns inte.",
        "en": "What is seen from every wall: shares of sky, buildings, plants, water and ground, and how far one sees "
        "(300 m at most). A model, not a measurement: view factors by rays, level ground, the terrain's hills behind. "
        "The error is 0.02 at most; trees and water that the city model lacks are not seen.",
    }
    keywords = {
        "fi": ["näkymä", "taivas", "rakennus"],
        "sv": ["utsikt", "himmel", "byggnad"],
        "en": ["view", "sky view factor", "building"],
    }
    sources = ("CityGML, CityJSON",)
    chart = Chart("open")
    columns = (
        _ID,
        Column("wall", "text", {"fi": "Seinän tunnus", "sv": "Väggens kod", "en": "Id of the wall"}),
        _AREA,
        Column("sky", "number", {"fi": "Taivasta, osuus", "sv": "Himmel, andel", "en": "Sky, share"}),
        Column("built", "number", {"fi": "Rakennuksia, osuus", "sv": "Byggnader, andel", "en": "Buildings, share"}),
        Column("green", "number", {"fi": "Kasveja, osuus", "sv": "Växter, andel", "en": "Plants, share"}),
        Column("water", "number", {"fi": "Vettä, osuus", "sv": "Vatten, andel", "en": "Water, share"}),
        Column("ground", "number", {"fi": "Maata, osuus", "sv": "Mark, andel", "en": "Ground, share"}),
        Column("open", "number", {"fi": "Avointa, m", "sv": "Öppet, m", "en": "Open, m"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By building and wall."""
        return self.framed(_asked(
            city, "SELECT object, face, round(area, 1), round(sky, 3), round(built, 3), round(green, 3), "
            "round(water, 3), round(ground, 3), round(open, 1) FROM views ORDER BY object, face, source"
        ))  # fmt: skip


@open_tables.register("walks-to-services")
class Walks(_OfTwin):
    """Metres on foot from every building to the nearest service of each kind."""

    title = {
        "fi": "Kävelymatka palveluihin",
        "sv": "Vägen till fots till tjänster",
        "en": "Ways on foot to services",
    }
    about = {
        "fi": "Jokaisesta rakennuksesta matka lähimpään kunkin lajin palveluun kävellen katuverkkoa pitkin; missä "
        "verkkoa ei ole, linnuntie kertaa 1,3. Päätepisteet ovat rakennuksen keskus ja palvelun piste, eivät ovet.",
        "sv": "Från varje byggnad till närmaste tjänst av varje slag till fots längs gatunätet; där nät saknas, "
        "fågelvägen gånger 1,3. Ändpunkterna är byggnadens mitt och tjänstens punkt, inte dörrarna.",
        "en": "From every building to the nearest service of each kind on foot along streets; where there is no "
        "network, the straight line times 1.3. Ways end at the middle of a building and the point of a service, not "
        "at doors.",
    }
    keywords = {
        "fi": ["saavutettavuus", "kävely", "palvelu"],
        "sv": ["tillgänglighet", "gång", "tjänst"],
        "en": ["accessibility", "walking", "service"],
    }
    sources = ("OpenStreetMap",)
    chart = Chart("metres")
    columns = (
        _ID,
        Column("kind", "text", {"fi": "Palvelun laji", "sv": "Slag av tjänst", "en": "Kind of service"}),
        Column("service", "text", {"fi": "Palvelu", "sv": "Tjänst", "en": "Service"}),
        Column("metres", "integer", {"fi": "Kävellen, m", "sv": "Till fots, m", "en": "On foot, m"}),
        Column("on_streets", "truth", {"fi": "Katuverkkoa pitkin", "sv": "Längs gatunätet", "en": "Along streets"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By building and kind."""
        return self.framed(_asked(
            city, "SELECT w.object, w.kind, coalesce(p.name, ''), w.metres, w.on_streets FROM walks w "
            "LEFT JOIN (SELECT id, any_value(name) AS name FROM places GROUP BY id) p ON p.id = w.place "
            "ORDER BY w.object, w.kind, w.source"
        ))  # fmt: skip


@open_tables.register("sea-level")
class Flood(_OfTwin):
    """Buildings that a level of the sea reaches."""

    title = {
        "fi": "Rakennukset, joihin meri nousee",
        "sv": "Byggnader som havet når",
        "en": "Buildings that the sea reaches",
    }
    about = {
        "fi": "Rakennukset, joiden juurelle vesi tulee tietyllä meren korkeudella, ja kuinka syvää se on. Tasainen "
        "pinta maaston yli; aallot, viemärit ja tulvamuurit puuttuvat. Virhe on maaston: 0,1–0,3 m.",
        "sv": "Byggnader vars fot vattnet når vid en viss havsnivå, och hur djupt det är. En plan yta över "
        "terrängen; vågor, avlopp och murar saknas. Felet är terrängens: 0,1–0,3 m.",
        "en": "Buildings whose foot the water reaches at a level of the sea, and how deep it is. A level surface over "
        "the terrain; waves, drains and walls are left out. The error is the terrain's: 0.1 to 0.3 m.",
    }
    keywords = {"fi": ["tulva", "meri"], "sv": ["översvämning", "hav"], "en": ["flood", "sea"]}
    sources = ("CityGML, CityJSON",)
    chart = Chart("level")
    columns = (
        _ID,
        Column("level", "number", {"fi": "Meren korkeus, m", "sv": "Havsnivå, m", "en": "Level of the sea, m"}),
        Column(
            "depth", "number", {"fi": "Vettä juurella, m", "sv": "Vatten vid foten, m", "en": "Water at its foot, m"}
        ),
        Column("by_terrain", "truth", {"fi": "Maaston mukaan", "sv": "Enligt terrängen", "en": "By terrain"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By building."""
        return self.framed(_asked(city, "SELECT object, level, depth, by_terrain FROM flood ORDER BY object, source"))


@open_tables.register("between-sensors")
class Between(_OfTwin):
    """What sensors measure, between them."""

    title = {
        "fi": "Mittaukset anturien välissä",
        "sv": "Mätningar mellan sensorer",
        "en": "Measurements between sensors",
    }
    about = {
        "fi": "Anturien uusimmista arvoista laskettu kenttä: arvo, keskihajonta ja kuinka paljon paikasta tiedetään. "
        "Menetelmä: Gaussin prosessi (Matérn 3/2); virhe on mitattu jättämällä kukin anturi vuorollaan pois.",
        "sv": "Ett fält ur sensorernas nyaste värden: värde, standardavvikelse och hur mycket som är känt om platsen. "
        "Metod: Gaussisk process (Matérn 3/2); felet är mätt genom att lämna bort varje sensor i tur och ordning.",
        "en": "A field out of the newest values of sensors: value, standard deviation, and how much is known there. "
        "Method: Gaussian process (Matern 3/2); its error is measured by leaving out each sensor in turn.",
    }
    keywords = {"fi": ["ilmanlaatu", "lämpötila", "anturi"], "sv": ["luft", "temperatur", "sensor"],
                "en": ["air", "temperature", "sensor"]}  # fmt: skip
    sources = ("SensorThings, /sta/v1.1/",)
    frequency = "CONT"
    chart = Chart("value")
    columns = (
        Column("measured", "text", {"fi": "Mitä on mitattu", "sv": "Vad som är mätt", "en": "What is measured"}),
        Column("unit", "text", {"fi": "Yksikkö", "sv": "Enhet", "en": "Unit"}),
        Column("at", "instant", {"fi": "Hetki", "sv": "Tidpunkt", "en": "Moment"}),
        *_PLACE,
        Column("value", "number", {"fi": "Arvo", "sv": "Värde", "en": "Value"}),
        Column("deviation", "number", {"fi": "Keskihajonta", "sv": "Standardavvikelse", "en": "Standard deviation"}),
        Column("known", "number", {"fi": "Tiedetään, 0–1", "sv": "Känt, 0–1", "en": "Known, 0 to 1"}),
        Column("error", "number", {"fi": "Mitattu virhe", "sv": "Mätt fel", "en": "Measured error"}),
    )  # fmt: skip

    def is_simulated(self, city: City) -> bool:
        """Where a sensor is."""
        return any(one.simulated for one in measured())

    def rows(self, city: City) -> pl.DataFrame:
        """By what is measured, from south to north."""
        return self.framed([
            (one.name, one.unit, one.at, (west + east) / 2, (south + north) / 2, value, deviation, known,
             round(field.error, 3))
            for one in measured()
            for cells, field in [field_between(one)]
            for west, south, east, north, value, deviation, known in cells
        ])  # fmt: skip


def _asked(city: City, sql: str) -> list[tuple[Any, ...]]:
    """Rows of today's twin; none where there is no twin yet."""
    if not keeping.is_there(city):
        return []
    with keeping.opened(city) as asked:
        return asked.execute(sql).fetchall()
