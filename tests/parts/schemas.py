"""Schemas of our own in the place of those that OGC and CityJSON publish: as much of them as the houses here need."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["cityjson_schemas", "gml_schemas"]

_ANY = '<any namespace="##any" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>'
_FILES = {
    "citygml/2.0/cityGMLBase.xsd": ("citygml/2.0", "", f"""
        <element name="CityModel"><complexType><sequence>{_ANY}</sequence></complexType></element>
        <element name="cityObjectMember"><complexType><sequence>{_ANY}</sequence></complexType></element>"""),
    "citygml/building/2.0/building.xsd": ("citygml/building/2.0", """
        <import namespace="http://www.opengis.net/gml" schemaLocation="http://schemas.example.org/gml/3.1.1/base/gml.xsd"/>
        <include schemaLocation="storeys.xsd"/>""", f"""
        <element name="Building"><complexType>
            <sequence>{_ANY}</sequence><attribute ref="gml:id"/>
        </complexType></element>"""),
    "citygml/building/2.0/storeys.xsd": ("citygml/building/2.0", "", """
        <element name="storeysAboveGround" type="nonNegativeInteger"/>"""),
    "gml/3.1.1/base/gml.xsd": ("gml", "", '<attribute name="id" type="ID"/>'),
}  # fmt: skip


def gml_schemas(folder: Path, *, without: str = "") -> Path:
    """CityGML 2.0 as OGC lays it out: one file imports another by an address that is nowhere."""
    for name, (space, imports, elements) in _FILES.items():
        if name == without:
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(
            '<?xml version="1.0"?><schema xmlns="http://www.w3.org/2001/XMLSchema" '
            f'xmlns:gml="http://www.opengis.net/gml" targetNamespace="http://www.opengis.net/{space}" '
            f'elementFormDefault="qualified">{imports}{elements}</schema>'
        )
    return folder


def cityjson_schemas(folder: Path, version: str = "2.0") -> Path:
    """A document and a feature of CityJSON: kinds of objects are alternatives, as in the real ones."""
    kinds = [
        {"properties": {"type": {"const": kind}, "geometry": {"items": {"properties": {"lod": {"type": "string"}}}}}}
        | {"required": ["type", "geometry"]}
        for kind in ("Bridge", "Building")
    ]
    objects = {"CityObjects": {"additionalProperties": {"oneOf": kinds}}}
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind in (("cityjson", "CityJSON"), ("cityjsonfeature", "CityJSONFeature")):
        schema = {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": f"https://www.cityjson.org/schemas/{version}.1/{name}.schema.json",
            "properties": objects | {"type": {"const": kind}},
        }
        (folder / f"{name}.min.schema.json").write_text(json.dumps(schema))
    return folder
