"""Addresses of the strategy."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.strategy import pages

urlpatterns = [
    path("", pages.front, name="home"),
    path("strategy/<str:city>/<str:tile_id>/", pages.tile, name="tile"),
    path("tour/", pages.tour, name="tour"),
    path("components/", pages.components, name="components"),
]
