"""Addresses of a resident's own pages."""

from __future__ import annotations

from django.urls import path

from toimiva.capabilities.profile import application_pages, contact_pages, mandate_pages, pages, purpose_pages

urlpatterns = [
    path("my/", pages.my_city, name="my_city"),
    path("my/data/", pages.my_data, name="my_data"),
    path("my/data/<str:person>/", pages.childs_data, name="childs_data"),
    path("my/applications/", application_pages.my_applications, name="my_applications"),
    path("my/applications/<str:service>/", application_pages.apply_to, name="apply_to"),
    path("my/contacts/", contact_pages.my_contacts, name="my_contacts"),
    path("my/mandates/", mandate_pages.my_mandates, name="my_mandates"),
    path("my/mandates/<int:number>/end/", mandate_pages.end_mandate, name="end_mandate"),
    path("my/for/<str:giver>/", mandate_pages.act_for, name="act_for"),
    path("my/archive.zip", pages.my_archive, name="my_archive"),
    path("my/uses/", pages.my_uses, name="my_uses"),
    path("my/erasure/", pages.my_erasure, name="my_erasure"),
    path("my/purposes/", purpose_pages.my_purposes, name="my_purposes"),
    path("my/purposes/<str:purpose>/", purpose_pages.one_purpose, name="one_purpose"),
    path("my/receipts/<int:entry>/", purpose_pages.my_receipt, name="my_receipt"),
]
