"""Addresses of the lineage."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.lineage import pages

urlpatterns = [
    path("lineage/<str:city>/", pages.lineage, name="lineage"),
    path("lineage/<str:city>.<str:form>", pages.lineage_file, name="lineage_file"),
]
