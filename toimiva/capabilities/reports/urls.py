"""Addresses of reports, for people and by Open311."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.reports import open311, pages

urlpatterns = [
    path("report/at/<str:token>/", pages.report, name="report"),
    path("report/<str:city>/", pages.new_report, name="new_report"),
    path("open311/<str:city>/discovery.<str:form>", open311.discovery, name="open311"),
    path("open311/<str:city>/v2/services.<str:form>", open311.services, name="open311_services"),
    path("open311/<str:city>/v2/requests.<str:form>", open311.requests, name="open311_requests"),
    path("open311/<str:city>/v2/requests/<int:number>.<str:form>", open311.request_of, name="open311_request"),
    path("open311/<str:city>/v2/tokens/<str:token>.<str:form>", open311.token, name="open311_token"),
]
