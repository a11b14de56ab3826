"""Addresses of the rounds."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.rounds import pages

urlpatterns = [
    path("rounds/", pages.home, name="rounds"),
    path("cities/<str:city>/services/<str:service>/sign/", pages.sign, name="sign"),
    path("cities/<str:city>/services/<str:service>/start/", pages.start_round, name="start_round"),
    path("rounds/plan/<str:city>/<str:service>/", pages.plan, name="plan_round"),
    path("rounds/<str:round_id>/", pages.one, name="round"),
    path("rounds/<str:round_id>/areas.geojson", pages.round_areas, name="round_areas"),
    path("rounds/<str:round_id>/progress/", pages.progress, name="round_progress"),
    path("rounds/<str:round_id>/stop/", pages.stop_round, name="stop_round"),
    path("rounds/<str:round_id>/report.csv", pages.report, name="round_report"),
    path("rounds/<str:round_id>/report.pdf", pages.report_document, name="round_report_document"),
    path("rounds/<str:round_id>/pause/", pages.pause, name="pause"),
    path("healthz", pages.healthy, name="healthy"),
]
