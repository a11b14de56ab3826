"""Django's entry for this capability."""

from django.apps import AppConfig


class AirConfig(AppConfig):
    name = "toimiva.capabilities.air"
    label = "air"
    default_auto_field = "django.db.models.BigAutoField"
