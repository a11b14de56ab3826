"""Addresses of plans before residents."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.proposals import official_pages, pages

urlpatterns = [
    path("proposals/<str:city>/", pages.proposal_list, name="proposals"),
    path("proposals/<str:city>/<str:plan>/", pages.proposal_page, name="proposal"),
    path("desk/proposals/<str:city>/", official_pages.comments_waiting, name="proposal_comments"),
    path("desk/proposals/<str:city>/<str:plan>/", official_pages.proposal_edit, name="proposal_edit"),
]
