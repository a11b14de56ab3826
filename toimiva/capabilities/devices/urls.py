"""Addresses of the devices."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.devices import pages

urlpatterns = [
    path("devices/out/", pages.device_tasks, name="device_tasks"),
    path("devices/<str:city>/", pages.device_list, name="devices"),
    path("devices/in/<str:network>/", pages.device_uplink, name="device_uplink"),
]
