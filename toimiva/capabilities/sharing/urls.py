"""Addresses by which services of others are let in."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.sharing import pages

urlpatterns = [
    path(".well-known/oauth-authorization-server", pages.configuration),
    path("oauth/authorize/", pages.authorize, name="authorize"),
    path("oauth/token/", pages.token),
    path("oauth/revoke/", pages.revoke),
    path("my/services/", pages.my_services, name="my_services"),
    path("my/services/<int:permission>/end/", pages.end_service, name="end_service"),
]
