"""Django's entry for this capability."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "toimiva.capabilities.applications"
    label = "applications"
    default_auto_field = "django.db.models.BigAutoField"
