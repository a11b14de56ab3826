"""Addresses of all pages; docs/reference/urls.md names every one."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from toimiva.project.http import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("toimiva.capabilities.strategy.urls")),
    path("", include("toimiva.capabilities.rounds.urls")),
    path("", include("toimiva.capabilities.design.urls")),
    path("", include("toimiva.capabilities.decisions.urls")),
    path("", include("toimiva.capabilities.offers.urls")),
    path("", include("toimiva.capabilities.desk.urls")),
    path("", include("toimiva.capabilities.profile.urls")),
    path("", include("toimiva.capabilities.sensors.urls")),
    path("", include("toimiva.capabilities.sharing.urls")),
    path("", include("toimiva.capabilities.watches.urls")),
    path("", include("toimiva.capabilities.datasets.urls")),
    path("", include("toimiva.capabilities.developers.urls")),
    path("", include("toimiva.capabilities.webhooks.urls")),
    path("", include("toimiva.capabilities.status.urls")),
    path("", include("toimiva.capabilities.reports.urls")),
    path("", include("toimiva.capabilities.devices.urls")),
    path("", include("toimiva.capabilities.air.urls")),
    path("", include("toimiva.capabilities.bikes.urls")),
    path("", include("toimiva.capabilities.buses.urls")),
    path("", include("toimiva.capabilities.lineage.urls")),
    path("", include("toimiva.capabilities.twin.urls")),
    path("", include("toimiva.capabilities.proposals.urls")),
    path("", include("toimiva.core.identity.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
]
