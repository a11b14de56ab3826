"""Stories of data, for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from toimiva.capabilities.datasets.stories import stories_of, story, told
from toimiva.core.city import api as cities

__all__ = ["data_stories", "data_story"]


@require_safe
def data_stories(request: HttpRequest) -> HttpResponse:
    """Every city's stories."""
    rows = [
        {
            "city": city, "id": one.id, "title": cities.text_in(one.title, request.LANGUAGE_CODE),
            "lead": cities.text_in(one.lead, request.LANGUAGE_CODE),
        }
        for city in cities.cities() for one in stories_of(cities.load(city))
    ]  # fmt: skip
    return render(request, "datasets/stories.html", {"rows": rows, "resident": True})


@require_safe
def data_story(request: HttpRequest, city: str, story_id: str) -> HttpResponse:
    """One story with its figures and charts."""
    found, language = cities.load(city), request.LANGUAGE_CODE
    one = story(found, story_id)
    parts = told(found, one, language)
    shown = {
        "city": found, "title": cities.text_in(one.title, language), "lead": cities.text_in(one.lead, language),
        "parts": parts, "simulated": any(part.simulated for part in parts), "resident": True,
        "at": cities.now(found.id).astimezone(found.zone),
    }  # fmt: skip
    return render(request, "datasets/story.html", shown)
