"""Addresses of the city bikes."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.bikes import feeds

urlpatterns = [path("gbfs/<str:city>/<str:name>.json", feeds.feed, name="gbfs")]
