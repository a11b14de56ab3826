"""Addresses of the offer page and the phones."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.offers import pages

urlpatterns = [
    path("o/<str:token>/", pages.offer, name="offer"),
    path("o/<str:token>/places.geojson", pages.places, name="places"),
    path("phones/", pages.phones, name="phones"),
    path("phones/<str:number>/", pages.phone, name="phone"),
]
