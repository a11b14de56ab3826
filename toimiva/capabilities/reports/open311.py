"""Open311 GeoReport v2 (wiki.open311.org): services, requests, tokens, discovery; JSON and XML alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, tostring

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from toimiva.capabilities.developers import api as developers
from toimiva.capabilities.reports.kinds import Kind, kinds
from toimiva.capabilities.reports.making import NewReport, make
from toimiva.capabilities.reports.models import Report
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid, NotFound, NotSignedIn, ToimivaError

__all__ = ["discovery", "request_of", "requests", "services", "token"]

_MOST, _USUAL_DAYS = 1000, 90
_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
_ITEMS = {  # what an item of a list is called in XML
    "services": "service", "service_requests": "request", "errors": "error", "endpoints": "endpoint",
    "formats": "format",
}  # fmt: skip
_FIELDS = {
    "text": "description", "address": "address_string", "email": "email", "phone": "phone", "media_url": "media_url",
}  # fmt: skip
Told = list[dict[str, Any]]


def _answer(form: str, root: str, told: Any, status: int = 200) -> HttpResponse:
    if form == "json":
        content = json.dumps(told, ensure_ascii=False).encode()
    else:
        content = tostring(_element(root, told), "utf-8", xml_declaration=True)
    answer = HttpResponse(content, status=status, content_type=_TYPES[form])
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _element(name: str, told: Any) -> Element:
    """A value as XML: a list by the name of one of its items."""
    element = Element(name)
    if isinstance(told, list):
        element.extend(_element(_ITEMS[name], one) for one in told)
    elif isinstance(told, Mapping):
        for key, value in told.items():
            element.append(_element(key, value))
    elif told is not None:
        element.text = _fit(str(told))
    return element


def _fit(text: str) -> str:
    """Without what XML has no place for."""
    return "".join(letter for letter in text if letter in "\t\n" or (letter >= " " and letter not in "\ufffe\uffff"))


def _answered(form: str, do: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, or the errors as the standard tells them."""
    if form not in _TYPES:
        raise NotFound(what=f"There is no form {form[:10]!r}.", mend="Use json or xml.")
    try:
        return do()
    except Invalid as error:
        told = [{"code": 400, "description": f"{one.file}: {one.message}"} for one in error.faults]
        return _answer(form, "errors", told or [{"code": 400, "description": f"{error.what} {error.mend}"}], 400)
    except ToimivaError as error:
        status = 403 if isinstance(error, NotSignedIn) else error.status  # the standard has 403 for a key
        return _answer(form, "errors", [{"code": status, "description": f"{error.what} {error.mend}"}], status)


def discovery(request: HttpRequest, city: str, form: str) -> HttpResponse:
    """Where the service is, and what keys are for."""
    found = cities.load(city)
    base = f"{settings.SITE_URL}/open311/{found.id}/v2"
    told = {
        "changeset": "2026-11-26 00:00", "contact": f"{settings.SITE_URL}/report/{found.id}/",
        "key_service": f"{settings.SITE_URL}/developers/",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2", "url": base, "changeset": "2026-11-26 00:00",
            "type": "production", "formats": ["application/json", "text/xml"],
        }],
    }  # fmt: skip
    return _answered(form, lambda: _answer(form, "discovery", told))


def services(request: HttpRequest, city: str, form: str) -> HttpResponse:
    """What can be reported."""
    found = cities.load(city)
    language = _language(request)
    told = [
        {
            "service_code": one.id, "service_name": one.name[language], "description": one.about[language],
            "metadata": "false", "type": "realtime", "keywords": ",".join(one.keywords), "group": one.group,
        }
        for one in kinds(found).values()
    ]  # fmt: skip
    return _answered(form, lambda: _answer(form, "services", told))


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("locale") or request.LANGUAGE_CODE
    return asked if asked in cities.LANGUAGES else cities.LANGUAGES[0]


@csrf_exempt
def requests(request: HttpRequest, city: str, form: str) -> HttpResponse:
    """Reports by what is asked; POST makes one, with a developer's key."""
    found = cities.load(city)
    if request.method == "POST":
        return _answered(form, lambda: _make(request, found, form))
    return _answered(form, lambda: _answer(form, "service_requests", _told(request, found, _chosen(request, found))))


def _make(request: HttpRequest, city: City, form: str) -> HttpResponse:
    told = request.POST
    key = _key(request)
    given = {field: told.get(name, "")[:5000] for field, name in _FIELDS.items()}
    row = make(city, NewReport(
        kind=told.get("service_code", ""), language=told.get("locale") or cities.LANGUAGES[0],
        longitude=_degrees(told, "long"), latitude=_degrees(told, "lat"), key=key.pk, **given,
    ))  # fmt: skip
    language = row.language
    notice = kinds(city)[row.kind].about[language]
    made = [{"service_request_id": str(row.pk), "token": row.token, "service_notice": notice, "account_id": None}]
    return _answer(form, "service_requests", made, 201)


def _key(request: HttpRequest) -> developers.Key:
    """The developer's key, from the form as the standard has it, or the header. Raises NotSignedIn, TooMany."""
    in_header = developers.key_of(request)  # counted on its way here
    key = in_header or developers.find(request.POST.get("api_key", ""))
    if key is None:
        raise NotSignedIn(what="The api_key is missing or wrong.", mend="Get one at /developers/.")
    if in_header is None:
        developers.spend(key)
    return key


def _degrees(told: Mapping[str, str], name: str) -> float | None:
    text = told.get(name, "").strip()
    try:
        return float(text) if text else None
    except ValueError as error:
        raise Invalid(what=f"{name}: {text[:20]!r} is no number.", mend="Write degrees, as 60.17.") from error


def _chosen(request: HttpRequest, city: City) -> QuerySet[Report]:
    """Of the last ninety days unless other times are asked for (the standard's default), newest first."""
    asked, rows = request.GET, Report.objects.filter(city=city.id)
    if any("\0" in text for text in asked.values()):
        raise Invalid(what="There is a null character in the query.", mend="Leave it out.")
    if asked.get("service_request_id"):
        numbers = [one for one in asked["service_request_id"].split(",") if one.isdecimal() and len(one) < 16]
        return rows.filter(pk__in=numbers).order_by("-pk")[:_MOST]
    if asked.get("service_code"):
        rows = rows.filter(kind__in=asked["service_code"].split(","))
    if asked.get("status"):
        states = {*asked["status"].split(",")}
        rows = rows.filter(closed=None) if states == {"open"} else rows
        rows = rows.exclude(closed=None) if states == {"closed"} else rows
    end = _time(asked, "end_date") or cities.now(city.id) + timedelta(seconds=1)
    start = _time(asked, "start_date") or end - timedelta(days=_USUAL_DAYS)
    return rows.filter(made__gte=start, made__lte=end).order_by("-made", "-pk")[:_MOST]


def _time(asked: Mapping[str, str], name: str) -> datetime | None:
    text = asked.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(what=f"{name}: {text[:40]!r} is no time.", mend="Write 2027-01-11T00:00:00Z.") from error


def request_of(request: HttpRequest, city: str, number: int, form: str) -> HttpResponse:
    """One report."""
    found = cities.load(city)
    rows = Report.objects.filter(city=found.id, pk=number)
    return _answered(form, lambda: _answer(form, "service_requests", _told(request, found, _there(rows))))


def _there(rows: QuerySet[Report]) -> QuerySet[Report]:
    if not rows.exists():
        raise NotFound(what="There is no such request.", mend="See requests.json.")
    return rows


def token(request: HttpRequest, city: str, token: str, form: str) -> HttpResponse:
    """The number of a report by its token."""
    rows = Report.objects.filter(city=cities.load(city).id, token=token.replace("\0", ""))
    return _answered(form, lambda: _answer(form, "service_requests", [
        {"service_request_id": str(row.pk), "token": row.token} for row in _there(rows)
    ]))  # fmt: skip


def _told(request: HttpRequest, city: City, rows: QuerySet[Report]) -> Told:
    known, language = kinds(city), _language(request)
    return [_one(row, known.get(row.kind), language) for row in rows]


def _one(row: Report, of_kind: Kind | None, language: str) -> dict[str, Any]:
    """A report as everybody may see it."""
    seen, (longitude, latitude) = row.published, row.coarse
    return {
        "service_request_id": str(row.pk), "status": "closed" if row.closed else "open",
        "status_notes": row.answer if seen and row.closed else None,
        "service_name": of_kind.name[language] if of_kind else row.kind, "service_code": row.kind,
        "description": row.text if seen else None, "agency_responsible": of_kind.owner[language] if of_kind else None,
        "service_notice": None, "requested_datetime": _written(row.made), "updated_datetime": _written(row.updated),
        "expected_datetime": _written(row.expected), "address": row.address if seen else None, "address_id": None,
        "zipcode": None, "lat": latitude, "long": longitude,
        "media_url": row.media_url if seen and row.media_url else None,
    }  # fmt: skip


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
