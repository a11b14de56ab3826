"""Addresses of the status page."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.status import pages

urlpatterns = [
    path("status/", pages.status, name="status"),
    path("status.json", pages.status_json, name="status_json"),
]
