"""Addresses of the sensors."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.sensors import pages

urlpatterns = [
    path("sta/v1.1/", pages.root, name="sensorthings"),
    path("sta/v1.1/<path:path>", pages.resource, name="sensorthings_resource"),
]
