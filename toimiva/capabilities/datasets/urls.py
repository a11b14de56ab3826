"""Addresses of the catalogue: pages and files, the CKAN Action API, OGC API Features."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.datasets import ckan, features, pages, request_pages, story_pages, tiles

urlpatterns = [
    path("data/", pages.data_catalogue, name="data"),
    path("data/feed.atom", pages.data_feed, name="data_feed"),
    path("data/catalogue.<str:form>", pages.data_description, name="data_description"),
    path("data/sql/<str:city>/", pages.data_sql, name="data_sql"),
    path("data/stories/", story_pages.data_stories, name="data_stories"),
    path("data/stories/<str:city>/<str:story_id>/", story_pages.data_story, name="data_story"),
    path("data/requests/", request_pages.data_requests, name="data_requests"),
    path("data/requests/review/", request_pages.data_request_review, name="data_request_review"),
    path("data/requests/<int:number>/support/", request_pages.data_request_support, name="data_request_support"),
    path("data/<str:name>/", pages.data_set, name="data_set"),
    path("data/<str:name>.<str:form>", pages.data_file, name="data_file"),
    path("api/3/action/<str:name>", ckan.action, name="ckan"),
    path("ogc/", features.landing, name="features"),
    path("ogc/api", features.description, name="features_api"),
    path("ogc/conformance", features.conformance, name="features_conformance"),
    path("ogc/collections", features.collections, name="features_collections"),
    path("ogc/collections/<str:name>", features.collection, name="features_collection"),
    path("ogc/collections/<str:name>/items", features.items, name="features_items"),
    path("ogc/collections/<str:name>/items/<int:number>", features.item, name="features_item"),
    path("ogc/collections/<str:name>/tiles", tiles.tilesets, name="tilesets"),
    path(f"ogc/collections/<str:name>/tiles/{tiles.MATRIX}", tiles.tileset, name="tileset"),
    path(f"ogc/collections/<str:name>/tiles/{tiles.MATRIX}/<int:zoom>/<int:row>/<int:column>", tiles.tile, name="tile"),
]
