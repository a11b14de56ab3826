"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from toimiva.core.identity import development, pages

urlpatterns = [
    path("act-as/", pages.choose_official, name="act_as"),
    path("sign-in/<str:kind>/", pages.sign_in, name="sign_in"),
    path("sign-in/<str:kind>/back/", pages.come_back, name="come_back"),
    path("sign-out/", pages.sign_out, name="sign_out"),
    path("sessions/", pages.open_sessions, name="open_sessions"),
    path("sessions/<int:number>/end/", pages.end_session, name="end_session"),
    path("development-issuer/.well-known/openid-configuration", development.configuration),
    path("development-issuer/jwks/", development.jwks),
    path("development-issuer/authorize/", development.authorize),
    path("development-issuer/token/", development.token),
]
