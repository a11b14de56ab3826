"""Addresses of the watches."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.watches import pages

urlpatterns = [
    path("watches/", pages.watches, name="watches"),
    path("watches/<str:city>/<str:watch>/", pages.watch, name="watch"),
    path("watches/<str:city>/<str:watch>/<path:group>/", pages.watch_group, name="watch_group"),
]
