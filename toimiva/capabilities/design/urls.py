"""Addresses of the service designer."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.design import pages

urlpatterns = [
    path("services/", pages.catalogue, name="catalogue"),
    path("services/<str:city>/<str:service>/", pages.service, name="service"),
    path("services/<str:city>/<str:service>/decision.dmn", pages.model_file, name="model_file"),
    path("services/<str:city>/<str:service>/draft/", pages.start_draft, name="start_draft"),
    path("drafts/<int:draft_id>/", pages.draft, name="draft"),
    path("drafts/<int:draft_id>/editor/", pages.editor, name="editor"),
    path("drafts/<int:draft_id>/decision.dmn", pages.draft_model, name="draft_model"),
    path("drafts/<int:draft_id>/effect/", pages.effect, name="effect"),
]
