"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from toimiva.core.identity import pages

urlpatterns = [path("act-as/", pages.choose_official, name="act_as")]
