"""The addresses of SensorThings 1.1 below `/sta/v1.1/`. Reading is open; what changes something needs the key."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from toimiva.capabilities.sensors.arrays import create_observations
from toimiva.capabilities.sensors.batches import Asked, answer_batch, apart
from toimiva.capabilities.sensors.bodies import read_json, write_json
from toimiva.capabilities.sensors.conforming import server_settings
from toimiva.capabilities.sensors.finding import Found, find
from toimiva.capabilities.sensors.models import Actuator
from toimiva.capabilities.sensors.patching import MEDIA_TYPE, patched
from toimiva.capabilities.sensors.reading import ESTIMATE, Reader, value_of
from toimiva.capabilities.sensors.schema import BASE, SETS, TASKING
from toimiva.capabilities.sensors.writing import change, create, delete, hold
from toimiva.core.errors import Invalid, NotFound, NotSignedIn, ToimivaError, TooLarge
from toimiva.core.ui.api import problem_details
from toimiva.engines.odata.api import Options, QueryError, parse_options, parse_path

__all__ = ["resource", "root"]

_MOST_BYTES = 32 * 2**20


@csrf_exempt
def root(request: HttpRequest) -> HttpResponse:
    """Every collection with its address, and what of the standard is here.

    Those of tasking are listed once there is an actuator: OGC's kit for part 1 (ets-sta10) runs on no service that
    lists another part's. Their addresses are told among the settings in any case.
    """
    if request.method not in ("GET", "HEAD"):
        return _error(405, "The root is only read.", "Use a collection, as Things.")
    base = _base(request)
    acts = Actuator.objects.exists()
    value = [{"name": name, "url": f"{base}/{name}"} for name in SETS if acts or name not in TASKING]
    return _told({"value": value, "serverSettings": server_settings(base)})


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri(BASE)


@csrf_exempt
def resource(request: HttpRequest, path: str) -> HttpResponse:
    """Whatever lies below the root."""
    if path.strip("/") == "$batch":
        return _answered(lambda: _batch(request))
    query = request.META.get("QUERY_STRING", "")
    kind = request.content_type or ""
    return _answered(lambda: _do(request, request.method or "GET", path, query, lambda: _content(request), kind))


def _content(request: HttpRequest) -> bytes:
    """The body, which may be larger than a form: arrays of observations are. Raises TooLarge."""
    content = request.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise TooLarge(what=f"The body has more than {_MOST_BYTES // 2**20} MB.", mend="Send it in parts.")
    return content


def _answered(do: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, or what is wrong: 400 for what is not as the standard says."""
    try:
        return do()
    except QueryError as error:
        return _error(400, str(error), "See OGC 18-088, section 9.3.")
    except DataError as error:  # as a division by zero, or a text where the query needs a number
        return _error(400, "The query cannot be computed over what is stored.", str(error).splitlines()[0])
    except ToimivaError as error:
        status = 400 if isinstance(error, Invalid) else error.status
        answer = _told(problem_details(error) | {"status": status}, status)
        if isinstance(error, NotSignedIn):
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


def _told(told: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(write_json(told), status=status, content_type="application/json")


def _error(status: int, what: str, mend: str) -> HttpResponse:
    return _told({"type": "about:blank", "title": what, "status": status, "detail": mend}, status)


def _do(
    request: HttpRequest, method: str, path: str, query: str, content: Callable[[], bytes], kind: str
) -> HttpResponse:
    """One request, perhaps of a batch; its body is read once the request is allowed."""
    reader = Reader(_base(request))
    if method not in ("GET", "HEAD"):
        _allow(request)
    if path.strip("/") == "CreateObservations" and method == "POST":
        return _told(create_observations(read_json(content()), reader), 201)
    found = find(parse_path(path))
    match method:
        case "GET" | "HEAD":
            return _get(reader, found, path, _pairs(query))
        case "POST" if found.row is None and not found.refs:
            return _post(reader, found, content())
        case "PATCH" | "PUT" if found.row is not None and not found.property:
            return _changed(reader, found, read_json(content()), kind, method)
        case "DELETE" if found.row is not None and not found.property:
            delete(found.entity, found.row)
            return HttpResponse(status=200)
    return _error(405, f"{method} is not for this address.", "POST to collections; PATCH, PUT and DELETE entities.")


def _allow(request: HttpRequest) -> None:
    """Raises NotSignedIn for one without the key, unless the sensors are open to all."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    key = settings.SENSORS_TOKEN
    if not settings.OPEN_SENSORS and not (key and hmac.compare_digest(key, given)):
        raise NotSignedIn(what="The key is missing or wrong.", mend="Send it as `Authorization: Bearer KEY`.")


def _pairs(query: str) -> list[tuple[str, str]]:
    """Options as written; a plus is a space. Raises QueryError for bytes that are no UTF-8."""
    try:
        found = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=50)
        if any("\0" in text for pair in found for text in pair):
            raise ValueError("a null character")
        return [_option(name, text) for name, text in found]
    except ValueError as error:
        raise QueryError("The query cannot be read: it must be UTF-8, percent-encoded, with few options.") from error


def _option(name: str, text: str) -> tuple[str, str]:
    """An option; some clients encode the equals sign too, and then all of it stands in the name."""
    whole, equals, value = name.partition("=")
    return (whole, value) if equals and not text else (name, text)


def _get(reader: Reader, found: Found, path: str, pairs: list[tuple[str, str]]) -> HttpResponse:
    options = parse_options(pair for pair in pairs if pair != ESTIMATE)
    if found.refs:  # only where they are
        options = replace(options, select=(), expand=(), result_format="")
    if found.property:
        return _property(found)
    if found.row is None:
        address = f"{reader.base}/{path.strip('/')}"
        told = reader.page(found.entity, found.rows, options, pairs, address)
        if found.refs:
            told["value"] = [{"@iot.selfLink": row["@iot.selfLink"]} for row in told["value"]]
        return _told(told)
    if found.refs:
        return _told({"@iot.selfLink": reader.link(found.entity, found.row)})
    (told,) = reader.rows(found.entity, [found.row], options)
    return _told(told)


def _property(found: Found) -> HttpResponse:
    value = value_of(found.row, found.entity.properties[found.property])
    for step in found.below:
        value = _at(value, step, found.called)
    if value is None:
        return HttpResponse(status=204)
    if not found.raw:
        return _told({found.called: value})
    plain = value if isinstance(value, str) else json.dumps(value)
    return HttpResponse(plain, content_type="text/plain; charset=utf-8")


def _at(value: Any, step: str | int, called: str) -> Any:
    """What is at a step into JSON. Raises NotFound."""
    if isinstance(step, int) and isinstance(value, list) and step < len(value):
        return value[step]
    if isinstance(step, str) and isinstance(value, dict) and step in value:
        return value[step]
    raise NotFound(what=f"There is no {called[:60]!r} here.", mend="Read the whole property.")


def _changed(reader: Reader, found: Found, body: Any, kind: str, method: str) -> HttpResponse:
    with transaction.atomic():
        row = found.row
        if method == "PATCH" and kind == MEDIA_TYPE:
            row = hold(found.entity, row.pk)  # what the patch tests is so when it is applied
            (told,) = reader.rows(found.entity, [row], Options())
            body = patched(found.entity, told, body)
        row = change(found.entity, row, body, whole=method == "PUT")
    (told,) = reader.rows(found.entity, [row], Options())
    return _told(told)


def _post(reader: Reader, found: Found, content: bytes) -> HttpResponse:
    row = create(found.entity, read_json(content), within=found.within)
    if found.entity.name != "Observation":  # what the database has made of it; an observation is as it came
        row.refresh_from_db()
    (told,) = reader.rows(found.entity, [row], Options())
    answer = _told(told, 201)
    answer.headers["Location"] = reader.link(found.entity, row)
    return answer


def _batch(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _error(405, "A batch is posted.", "POST it to $batch.")

    def do(one: Asked) -> HttpResponse:
        return _answered(
            lambda: apart(lambda: _do(request, one.method, one.path, one.query, lambda: one.body, one.kind))
        )

    return answer_batch(_content(request), request.headers.get("Content-Type", ""), do)
