"""Address of a resident's own air."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.air import pages

urlpatterns = [path("my/air/", pages.my_air, name="my_air")]
