"""The CKAN Action API, to read: what harvesters and tools of open data speak (CKAN API guide, version 3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from toimiva.capabilities.datasets.catalogue import Dataset, dataset, datasets
from toimiva.capabilities.datasets.searching import search
from toimiva.capabilities.datasets.wording import licence_name
from toimiva.core.errors import Invalid, NotFound

__all__ = ["action"]

Given = Mapping[str, Any]
_MOST = 1000
_FACETS = {"groups": "theme", "res_format": "form", "organization": "publisher"}


@csrf_exempt
def action(request: HttpRequest, name: str) -> HttpResponse:
    """One action by GET or POST; the answer has CKAN's envelope."""
    if request.method not in ("GET", "HEAD", "POST"):
        return _refused(405, "Validation Error", "Ask by GET or POST.")
    if name not in _ACTIONS:
        return JsonResponse(f"Bad request - Action name not known: {name[:80]}", status=400, safe=False)
    try:
        result = _ACTIONS[name](_given(request))
    except NotFound as error:
        return _refused(404, "Not Found Error", f"Not found: {error.what}")
    except Invalid as error:
        return _refused(409, "Validation Error", str(error))
    answer = {"help": request.build_absolute_uri(f"/api/3/action/help_show?name={name}"), "success": True}
    return _open(JsonResponse(answer | {"result": result}))


def _refused(status: int, kind: str, message: str) -> HttpResponse:
    return _open(JsonResponse({"success": False, "error": {"__type": kind, "message": message}}, status=status))


def _open(answer: HttpResponse) -> HttpResponse:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _given(request: HttpRequest) -> Given:
    found: dict[str, Any] = dict(request.GET.items())
    if request.method != "POST":
        return found
    if request.content_type != "application/json":
        return found | dict(request.POST.items())
    try:
        told = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid(what="The body is not JSON.", why=str(error)[:200], mend="Send a JSON object.") from error
    if not isinstance(told, dict):
        raise Invalid(what="The body is no JSON object.", mend="Send a JSON object.")
    return found | told


def _number(given: Given, name: str, usual: int, most: int = _MOST) -> int:
    try:
        found = int(given.get(name, usual))
    except (TypeError, ValueError) as error:
        raise Invalid(what=f"{name} is no number.", mend=f"Give a number from 0 to {most}.") from error
    if found < 0:
        raise Invalid(what=f"{name} is below 0.", mend=f"Give a number from 0 to {most}.")
    return min(found, most)


def _page(given: Given, rows: list[Any]) -> list[Any]:
    start = _number(given, "offset", 0, 10**9)
    return rows[start : start + _number(given, "limit", _MOST)]


def _package_list(given: Given) -> list[str]:
    return _page(given, sorted(row.name for row in datasets()))


def _packages(given: Given) -> list[dict[str, Any]]:
    return [_package(row) for row in _page(given, datasets())]


def _package_show(given: Given) -> dict[str, Any]:
    return _package(dataset(str(given.get("id") or given.get("name_or_id") or "")))


def _package_search(given: Given) -> dict[str, Any]:
    text = str(given.get("q", "")).strip()
    chosen = _chosen(str(given.get("fq", "")))
    found = search("" if text in ("*:*", "*") else text, **chosen)
    start = _number(given, "start", 0, 10**9)
    rows = found.rows[start : start + _number(given, "rows", 10)]
    facets = {
        name: [{"name": value, "display_name": value, "count": count} for value, count in found.facets[ours]]
        for name, ours in _FACETS.items()
    }
    return {
        "count": len(found.rows), "sort": "score desc", "results": [_package(row) for row in rows],
        "facets": {name: {one["name"]: one["count"] for one in items} for name, items in facets.items()},
        "search_facets": {name: {"title": name, "items": items} for name, items in facets.items()},
    }  # fmt: skip


def _chosen(text: str) -> dict[str, str]:
    """The facets of a filter query, as `groups:ENVI res_format:"CSV"`."""
    chosen: dict[str, str] = {}
    for part in text.replace(" AND ", " ").split():
        name, _, value = part.lstrip("+").partition(":")
        if name not in _FACETS:
            raise Invalid(what=f"fq knows no {name[:40]!r}.", mend=f"Use {', '.join(_FACETS)}.")
        chosen[_FACETS[name]] = value.strip('"()')
    return chosen


def _package(row: Dataset) -> dict[str, Any]:
    licence = row.licence.rpartition("/")[2]
    tags = sorted({word for words in row.keywords.values() for word in words})
    title = row.title.get("fi") or next(iter(row.title.values()))
    return {
        "id": row.name, "name": row.name, "title": title, "title_translated": dict(row.title),
        "notes": row.about.get("fi") or next(iter(row.about.values()), ""), "notes_translated": dict(row.about),
        "license_id": licence, "license_title": licence_name(row.licence), "license_url": row.licence,
        "isopen": licence.startswith("CC"),
        "url": row.page, "author": row.publisher, "maintainer": row.publisher, "maintainer_email": row.contact,
        "metadata_created": row.issued, "metadata_modified": row.modified, "state": "active", "type": "dataset",
        "private": False, "organization": _organization(row.publisher), "groups": [_group(one) for one in row.themes],
        "tags": [{"name": tag, "display_name": tag, "state": "active"} for tag in tags], "num_tags": len(tags),
        "resources": [_resource(row, number) for number in range(len(row.distributions))],
        "num_resources": len(row.distributions), "extras": [{"key": "simulated", "value": str(row.simulated).lower()}],
    }  # fmt: skip


def _resource(row: Dataset, number: int) -> dict[str, Any]:
    one = row.distributions[number]
    return {
        "id": f"{row.name}:{number}", "package_id": row.name, "position": number, "name": one.title, "format": one.form,
        "mimetype": one.media_type, "url": one.download_url or one.access_url, "size": one.size, "state": "active",
        "datastore_active": False,
    }  # fmt: skip


def _organization(name: str) -> dict[str, Any] | None:
    return {"id": name, "name": name, "title": name, "type": "organization", "state": "active"} if name else None


def _group(theme: str) -> dict[str, str]:
    code = theme.rpartition("/")[2]
    return {"id": code, "name": code, "title": code, "display_name": code}


def _resource_show(given: Given) -> dict[str, Any]:
    name, _, number = str(given.get("id", "")).rpartition(":")
    row = dataset(name)
    if not number.isdecimal() or int(number) >= len(row.distributions):
        raise NotFound(what="There is no such resource.", mend="See package_show.")
    return _resource(row, int(number))


def _facet(name: str) -> list[str]:
    return [value for value, _ in search().facets[name]]


def _organization_show(given: Given) -> dict[str, Any]:
    name = str(given.get("id", ""))
    count = dict(search().facets["publisher"]).get(name)
    if count is None:
        raise NotFound(what=f"There is no organization {name[:60]!r}.", mend="See organization_list.")
    return (_organization(name) or {}) | {"package_count": count}


def _tags(given: Given) -> list[str]:
    wanted = str(given.get("query", "")).lower()
    found = {word for row in datasets() for words in row.keywords.values() for word in words}
    return _page(given, sorted(word for word in found if wanted in word.lower()))


def _licences(_: Given) -> list[dict[str, str]]:
    found = {row.licence for row in datasets() if row.licence}
    return [{"id": one.rpartition("/")[2], "title": licence_name(one), "url": one} for one in sorted(found)]


def _help(given: Given) -> str:
    name = str(given.get("name", ""))
    if name not in _ACTIONS:
        raise NotFound(what=f"There is no action {name[:60]!r}.", mend=f"Use one of {', '.join(_ACTIONS)}.")
    return f"{name}: see the CKAN API guide; this catalogue is read only."


_ACTIONS: Mapping[str, Callable[[Given], Any]] = {
    "package_list": _package_list, "current_package_list_with_resources": _packages, "package_show": _package_show,
    "package_search": _package_search, "resource_show": _resource_show, "organization_show": _organization_show,
    "organization_list": lambda _: _facet("publisher"), "group_list": lambda _: _facet("theme"), "tag_list": _tags,
    "license_list": _licences, "help_show": _help, "site_read": lambda _: True,
    "status_show": lambda _: {"site_title": "Toimiva", "ckan_version": "2.10", "extensions": []},
}  # fmt: skip
