"""Address of a decision's document."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.decisions import pages

urlpatterns = [path("o/<str:token>/decision.pdf", pages.decision_document, name="decision_document")]
