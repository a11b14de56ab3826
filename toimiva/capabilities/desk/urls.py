"""Addresses of the staff queue."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.desk import correction_pages, pages

urlpatterns = [
    path("desk/", pages.desk, name="desk"),
    path("desk/refused/", pages.refused_openings, name="refused_openings"),
    path("desk/corrections/", correction_pages.corrections, name="corrections"),
    path("desk/corrections/<int:correction>/", correction_pages.correction, name="correction"),
    path("desk/<int:case_id>/", pages.case, name="case"),
]
