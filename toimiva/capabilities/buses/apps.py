"""Django's entry for this capability."""

from django.apps import AppConfig


class BusesConfig(AppConfig):
    name = "toimiva.capabilities.buses"
    label = "buses"
    default_auto_field = "django.db.models.BigAutoField"
