"""Addresses of the developer portal."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.developers import pages

urlpatterns = [
    path("developers/", pages.developers, name="developers"),
    path("developers/changes/", pages.api_changes, name="api_changes"),
    path("developers/changes.atom", pages.changes_feed, name="changes_feed"),
    path("developers/docs/", pages.api_docs, name="api_docs"),
    path("developers/key/", pages.api_key, name="api_key"),
    path("developers/keys/", pages.api_keys, name="api_keys"),
    path("developers/confirm/<str:proof>/", pages.confirm_key, name="confirm_key"),
]
