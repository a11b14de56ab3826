"""Addresses of webhooks for people."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.webhooks import pages

urlpatterns = [path("developers/hooks/", pages.hooks, name="hooks")]
