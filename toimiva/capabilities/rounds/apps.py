"""Django's entry for this capability."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "toimiva.capabilities.rounds"
    label = "rounds"
    default_auto_field = "django.db.models.BigAutoField"
