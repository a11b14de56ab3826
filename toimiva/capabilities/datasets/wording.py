"""Words of the catalogue: themes of the EU's list, kinds of columns, dimensions of quality."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy

__all__ = ["DIMENSION_WORDS", "KIND_WORDS", "MISSING_WORDS", "THEME_WORDS", "licence_name"]

THEME_WORDS = {
    "AGRI": gettext_lazy("Agriculture and food"),
    "ECON": gettext_lazy("Economy and finance"),
    "EDUC": gettext_lazy("Education, culture and sport"),
    "ENER": gettext_lazy("Energy"),
    "ENVI": gettext_lazy("Environment"),
    "GOVE": gettext_lazy("Government"),
    "HEAL": gettext_lazy("Health"),
    "JUST": gettext_lazy("Justice and safety"),
    "REGI": gettext_lazy("Regions and cities"),
    "SOCI": gettext_lazy("Population and society"),
    "TECH": gettext_lazy("Science and technology"),
    "TRAN": gettext_lazy("Transport"),
}
KIND_WORDS = {
    "text": gettext_lazy("text"),
    "integer": gettext_lazy("whole number"),
    "number": gettext_lazy("number"),
    "truth": gettext_lazy("yes or no"),
    "date": gettext_lazy("date"),
    "instant": gettext_lazy("time (UTC)"),
    "longitude": gettext_lazy("degrees east"),
    "latitude": gettext_lazy("degrees north"),
}
DIMENSION_WORDS = {
    "findability": gettext_lazy("Can be found"),
    "accessibility": gettext_lazy("Can be reached"),
    "interoperability": gettext_lazy("Works together"),
    "reusability": gettext_lazy("May be used"),
    "contextuality": gettext_lazy("Says of itself"),
}
MISSING_WORDS = {
    "keywords": gettext_lazy("keywords"),
    "themes": gettext_lazy("themes"),
    "spatial": gettext_lazy("spatial"),
    "temporal": gettext_lazy("temporal"),
    "access address can be reached": gettext_lazy("the address is not checked"),
    "download address": gettext_lazy("download address"),
    "download can be reached": gettext_lazy("the download is not checked"),
    "format": gettext_lazy("format"),
    "media type": gettext_lazy("media type"),
    "format of the EU's list": gettext_lazy("format of the EU's list"),
    "open format": gettext_lazy("open format"),
    "machine-readable": gettext_lazy("machine-readable"),
    "fits DCAT-AP": gettext_lazy("fits DCAT-AP"),
    "licence": gettext_lazy("licence"),
    "licence of the EU's list": gettext_lazy("licence of the EU's list"),
    "access rights": gettext_lazy("access rights"),
    "access rights of the EU's list": gettext_lazy("access rights of the EU's list"),
    "contact": gettext_lazy("contact"),
    "publisher": gettext_lazy("publisher"),
    "rights": gettext_lazy("rights"),
    "size": gettext_lazy("size"),
    "issued": gettext_lazy("issued"),
    "modified": gettext_lazy("modified"),
}


def licence_name(address: str) -> str:
    """As people write it: CC BY 4.0 for the European Union's .../licence/CC_BY_4_0."""
    return re.sub(r"(?<=\d) (?=\d)", ".", address.rpartition("/")[2].replace("_", " "))
