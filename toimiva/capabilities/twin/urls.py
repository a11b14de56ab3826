"""Addresses of the twin."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.twin import pages

urlpatterns = [
    path("twin/<str:city>/", pages.twin, name="twin"),
    path("twin/<str:city>/tiles/<str:branch>/<path:name>", pages.twin_tile, name="twin_tile"),
    path("twin/<str:city>/objects.json", pages.twin_objects, name="twin_objects"),
    path("twin/<str:city>/object.json", pages.twin_object, name="twin_object"),
    path("twin/<str:city>/plan.json", pages.twin_plan, name="twin_plan"),
    path("twin/<str:city>/live.json", pages.twin_live, name="twin_live"),
    path("twin/<str:city>/field.json", pages.twin_field, name="twin_field"),
    path("twin/<str:city>/noise.json", pages.twin_noise, name="twin_noise"),
]
