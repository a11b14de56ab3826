"""The twin for everybody: its page, its tiles, and what the page asks for."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.utils.http import http_date
from django.views.decorators.http import require_POST, require_safe

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.fields import draw
from toimiva.capabilities.twin.guiding import walk_of
from toimiva.capabilities.twin.living import live, noise_in
from toimiva.capabilities.twin.placing import placed
from toimiva.capabilities.twin.planning import keep_plan
from toimiva.capabilities.twin.reality import has_mesh
from toimiva.capabilities.twin.settings import view
from toimiva.capabilities.twin.showing import (
    Box,
    around,
    credited,
    first_view,
    in_view,
    looked_at,
    object_of,
    standing_at,
)  # fmt: skip
from toimiva.capabilities.twin.tiling import folder_of
from toimiva.capabilities.twin.trying import try_out
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.identity.api import official, refusal
from toimiva.core.ui.api import content_policy

__all__ = ["twin", "twin_field", "twin_live", "twin_noise", "twin_object", "twin_objects", "twin_plan", "twin_tile"]

_TYPES = {".json": "application/json", ".glb": "model/gltf-binary", ".subtree": "application/octet-stream"}
_STYLES = (
    "sha256-BVJq0J0CcoIBO7ikkmisQ5kYoOnqxRUC37ihQ3YWZQQ=", "sha256-gM2CWYHXIHTu7Ts6ncwv0GMWZ9LXGrz2qqqjyuDojl8=",
    "sha256-GU5zilGWFiRrmr4xJeDjQZKuKRcLO8ZT+o0Avfni8Sw=",
)  # fmt: skip
# Cesium styles what it adds to the page, and compiles its decoder of Draco
_POLICY = content_policy(*_STYLES).replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


@require_safe
def twin(request: HttpRequest, city: str) -> HttpResponse:
    """The page: the city in three dimensions, with the same as a table."""
    found, language = cities.load(city), request.LANGUAGE_CODE
    plan = _branch(request)
    there = keeping.is_there(found)
    at = looked_at(found) if there else view(found)
    box = around(at) if at else Box(0, 0, 0, 0)
    first = first_view(found, plan, box) if there else None
    shown: dict[str, Any] = {
        "city": found, "name": cities.text_in(found.names, language), "resident": True,
        "there": there or has_mesh(found), "modelled": there,
        "tiled": _tiled(found, ""), "meshed": _tiled(found, keeping.MESH), "plan": plan,
        "plans": [name for name in first.branches if _tiled(found, name)] if first else [],
        "table": first.table if first else {"objects": [], "all": 0},
        "settings": {
            "view": at, "walk": [dict(stop.view) for stop in walk_of(found, language)],
            "box": [box.west, box.south, box.east, box.north], "timezone": found.timezone,
            "today": cities.today(found).isoformat(),
        },
        "credits": credited(found), "walk": walk_of(found, language),
        "may_plan": refusal(request, official("design")) is None,
    }  # fmt: skip
    answer = render(request, "twin/twin.html", shown)
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


def _tiled(city: cities.City, branch: str) -> bool:
    return (folder_of(city, branch) / "tileset.json").exists()


def _branch(request: HttpRequest) -> str:
    return request.GET.get("plan", "")[:80]


@require_safe
def twin_tile(request: HttpRequest, city: str, branch: str, name: str) -> HttpResponseBase:
    """A file of the tiles; the same file is not sent twice."""
    if branch not in (keeping.TODAY, keeping.MESH) and not keeping.is_branch(branch):
        raise NotFound(what="There is no such plan.", why=branch[:40], mend="Begin at /twin/<city>/.")
    folder = folder_of(cities.load(city), "" if branch == keeping.TODAY else branch).resolve()
    file = (folder / name).resolve()
    if not file.is_relative_to(folder) or file.suffix not in _TYPES or file.name == "state.json" or not file.is_file():
        raise NotFound(what="There is no such tile.", why=name[:80], mend="Begin with tileset.json.")
    status = file.stat()
    tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    answer = FileResponse(Path(file).open("rb"), content_type=_TYPES[file.suffix])  # noqa: SIM115 (Django closes it)
    told = {"ETag": tag, "Last-Modified": http_date(status.st_mtime), "Cache-Control": "public, no-cache"}
    for name, value in (told | {"Access-Control-Allow-Origin": "*"}).items():
        answer.headers[name] = value
    return answer


@require_safe
def twin_objects(request: HttpRequest, city: str) -> HttpResponse:
    """Objects in a box, largest first."""
    edges = [_number(request, name) for name in ("west", "south", "east", "north")]
    return _open(in_view(cities.load(city), _branch(request), Box(*edges)))


@require_safe
def twin_object(request: HttpRequest, city: str) -> HttpResponse:
    """One object by its id, as a JSON document; without one, what stands at a place, or null."""
    found, branch, key = cities.load(city), _branch(request), request.GET.get("id", "")
    at = (_number(request, "longitude"), _number(request, "latitude")) if "longitude" in request.GET else None
    if at and not key:
        key = standing_at(found, branch, at)
        return _open(object_of(found, branch, key, at) if key else None)
    return _open(object_of(found, branch, key, at))


@require_POST
def twin_plan(request: HttpRequest, city: str) -> HttpResponse:
    """A building, trees or panels tried out, and kept as a plan where it is given a `name`; `add` to one that is."""
    found = cities.load(city)
    try:
        told = orjson.loads(request.body)
        day = date.fromisoformat(told["day"]) if told.get("day") else date(cities.today(found).year, 3, 20)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise Invalid(
            what="The plan is no JSON object.", why=str(error), mend="Send kind, outline, storeys, day."
        ) from error
    plan = placed(found, told)
    answer = asdict(try_out(found, plan, day, str(told.get("plan") or "")))
    if told.get("name"):
        answer["plan"] = keep_plan(found, plan, str(told["name"]), add=told.get("add") is True)
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


@require_safe
def twin_live(request: HttpRequest, city: str) -> HttpResponse:
    """What moves and measures: sensors with their newest values, city bikes, rounds by area."""
    return _open(live(cities.load(city), request.LANGUAGE_CODE))


@require_safe
def twin_field(request: HttpRequest, city: str) -> HttpResponse:
    """What sensors measure as a field between them; `name` chooses what."""
    return _open(draw(cities.load(city), request.GET.get("name", "")[:200]))


@require_safe
def twin_noise(request: HttpRequest, city: str) -> HttpResponse:
    """Noise before the walls in a box."""
    edges = [_number(request, name) for name in ("west", "south", "east", "north")]
    return _open({"walls": noise_in(cities.load(city), _branch(request), Box(*edges))})


def _number(request: HttpRequest, name: str) -> float:
    try:
        value = float(request.GET[name])
    except (KeyError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise Invalid(what=f"{name} is no number of degrees.", mend=f"Write {name}=24.95, for instance.")
    return value


def _open(told: Any) -> JsonResponse:
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False}, encoder=_Encoder, safe=False)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


class _Encoder(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        return str(o)
