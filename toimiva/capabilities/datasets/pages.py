"""The catalogue for people, its files, its description in RDF, its feed, and SQL over public tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from toimiva.capabilities.datasets import files, rdf
from toimiva.capabilities.datasets.asking import MOST_ROWS, ask
from toimiva.capabilities.datasets.catalogue import FORMS, Dataset, Table, dataset, datasets, table_of, times_taken
from toimiva.capabilities.datasets.drawing import draw
from toimiva.capabilities.datasets.quality import MOST, quality
from toimiva.capabilities.datasets.searching import search
from toimiva.capabilities.datasets.wording import (
    DIMENSION_WORDS,
    KIND_WORDS,
    MISSING_WORDS,
    THEME_WORDS,
    licence_name,
)
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.geography import api as geography
from toimiva.core.publishing.api import open_tables

__all__ = ["data_catalogue", "data_description", "data_feed", "data_file", "data_set", "data_sql"]

_SHOWN, _PREVIEW, _DRAWN = 20, 10, 2000


@require_safe
def data_catalogue(request: HttpRequest) -> HttpResponse:
    """Search with facets, a page at a time."""
    text = request.GET.get("q", "").strip()[:200]
    chosen = {name: request.GET.get(name, "")[:120] for name in ("theme", "form", "publisher")}
    found = search(text, **chosen)
    asked = request.GET.get("page", "")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
    start = (number - 1) * _SHOWN
    rows = [_card(row, request.LANGUAGE_CODE) for row in found.rows[start : start + _SHOWN]]
    shown = {
        "rows": rows, "text": text, "chosen": chosen, "count": len(found.rows), "facets": _facets(found.facets),
        "page": number, "next": number + 1 if start + _SHOWN < len(found.rows) else None, "resident": True,
    }  # fmt: skip
    return render(request, "datasets/catalogue.html", shown)


def _card(row: Dataset, language: str) -> dict[str, Any]:
    return {"row": row, "title": _text(row.title, language), "about": _text(row.about, language)}


def _text(texts: Any, language: str) -> str:
    return str(
        texts.get(language) or next((texts[code] for code in (*cities.LANGUAGES, *texts) if texts.get(code)), "")
    )


def _facets(facets: Any) -> list[dict[str, Any]]:
    words = {"theme": THEME_WORDS}
    return [
        {"name": name, "items": [(value, words.get(name, {}).get(value, value), count) for value, count in items[:12]]}
        for name, items in facets.items()
    ]


@require_safe
def data_set(request: HttpRequest, name: str) -> HttpResponse:
    """One data set: what it is, a look at it, how to have it, how good it is, where it comes from."""
    row = dataset(name)
    dimensions = quality(row)
    shown = _card(row, request.LANGUAGE_CODE) | {
        "keywords": row.keywords.get(request.LANGUAGE_CODE) or row.keywords.get("fi") or (), "taken": times_taken(name),
        "themes": [THEME_WORDS.get(theme.rpartition("/")[2], theme) for theme in row.themes],
        "dimensions": [
            {"words": DIMENSION_WORDS[one.name], "one": one, "missing": [MISSING_WORDS[what] for what in one.missing]}
            for one in dimensions
        ],
        "points": sum(one.points for one in dimensions), "most": MOST, "resident": True,
        "licence": licence_name(row.licence),
    }  # fmt: skip
    if row.table is not None:
        shown |= _look(row, request.LANGUAGE_CODE)
    return render(request, "datasets/dataset.html", shown)


def _look(row: Dataset, language: str) -> dict[str, Any]:
    """The schema, the first rows, and where to ask."""
    assert row.table is not None  # noqa: S101 - asked only of the city's own
    whole = row.table.rows()
    rows = files.plain(whole.head(_PREVIEW))
    columns = [
        {"name": column.name, "kind": KIND_WORDS[column.kind], "title": _text(column.title, language)}
        for column in row.table.columns
    ]
    return {
        "columns": columns, "preview": rows.rows(), "height": len(whole), "shown": len(rows), "city": row.table.city,
        "drawing": draw(row.table, whole, language), "spots": _spots(row.table, whole),
        "sql": f"SELECT * FROM {row.table.id.replace('-', '_')} LIMIT 20",
    }  # fmt: skip


def _spots(table: Table, whole: pl.DataFrame) -> geography.Spots | None:
    """Where the rows are, for a table with places."""
    if not table.located:
        return None
    x, y = files.place_columns(table)
    named = next((column.name for column in table.columns if column.kind == "text" and "name" in column.name), x)
    rows = whole.select(pl.col(x).alias("x"), pl.col(y).alias("y"), pl.col(named).cast(pl.String).alias("n"))
    return geography.spots_of(rows.drop_nulls().head(_DRAWN).rows())


@require_safe
def data_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The whole table in a form, or its description in RDF."""
    if form in rdf.FORMATS:
        return _rdf([dataset(name)], form, whole=False)
    table = table_of(name)
    content = files.write(table, form)
    mark = "-simulated" if table.open.is_simulated(table.city) else ""
    files.count_taking(name, form)
    answer = HttpResponse(
        content, content_type=f"{FORMS[form][1]}; charset=utf-8" if form != "parquet" else FORMS[form][1]
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}{mark}.{form}"'
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
def data_description(request: HttpRequest, form: str) -> HttpResponse:
    """The whole catalogue as DCAT-AP."""
    if form not in rdf.FORMATS:
        raise NotFound(what=f"There is no catalogue.{form[:20]}.", mend=f"Use one of {', '.join(rdf.FORMATS)}.")
    return _rdf(datasets(), form, whole=True)


def _rdf(rows: list[Dataset], form: str, *, whole: bool) -> HttpResponse:
    name, media_type = rdf.FORMATS[form]
    answer = HttpResponse(
        rdf.graph_of(rows, whole=whole).serialize(format=name), content_type=f"{media_type}; charset=utf-8"
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
def data_feed(request: HttpRequest) -> HttpResponse:
    """What has changed, newest first, as Atom (RFC 4287)."""
    address = request.build_absolute_uri("/data/")
    feed = Atom1Feed(title="Toimiva: open data", link=address, description="", feed_url=f"{address}feed.atom")
    for row in sorted(datasets(), key=lambda row: row.modified, reverse=True)[:100]:
        title, about = _text(row.title, request.LANGUAGE_CODE), _text(row.about, request.LANGUAGE_CODE)
        link = f"{address}{row.name}/"
        feed.add_item(title=title, link=link, description=about, unique_id=link, updateddate=_instant(row.modified))
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _instant(text: str) -> datetime | None:
    """A day or an instant of a description, which may be another catalogue's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@require_safe
def data_sql(request: HttpRequest, city: str) -> HttpResponse:
    """A question in SQL over the city's public tables, and its answer."""
    found = cities.load(city)
    sql = request.GET.get("q", "").strip()
    shown: dict[str, Any] = {
        "city": found, "sql": sql, "most": MOST_ROWS, "resident": True,
        "tables": [{"name": name.replace("-", "_"), "table": open_tables[name]} for name in open_tables],
        "name": cities.text_in(found.names, request.LANGUAGE_CODE),
    }  # fmt: skip
    status = 200
    if sql:
        try:
            shown["answer"] = ask(found, sql)
        except Invalid as fault:
            shown["fault"], status = fault, 422
    return render(request, "datasets/sql.html", shown, status=status)
