"""Addresses of the sensors: pages for people, SensorThings for programs."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.sensors import pages, sensorthings

urlpatterns = [
    path("sensors/", pages.sensors, name="sensors"),
    path("sensors/places.geojson", pages.sensor_places, name="sensor_places"),
    path("sensors/<int:thing>/", pages.sensor, name="sensor"),
    path("sensors/<int:thing>/observations.csv", pages.sensor_csv, name="sensor_csv"),
    path("sta/v1.1/", sensorthings.root, name="sensorthings"),
    path("sta/v1.1/<path:path>", sensorthings.resource, name="sensorthings_resource"),
]
