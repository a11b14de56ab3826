"""Django's entry for this capability."""

from django.apps import AppConfig


class TwinConfig(AppConfig):
    name = "toimiva.capabilities.twin"
    label = "twin"
    default_auto_field = "django.db.models.BigAutoField"
