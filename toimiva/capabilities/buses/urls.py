"""Addresses of buses and trams."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.buses import feeds

urlpatterns = [path("gtfs-rt/<str:city>/vehicle-positions.<str:form>", feeds.positions, name="vehicle_positions")]
