"""Django's entry for this capability."""

from django.apps import AppConfig


class WatchesConfig(AppConfig):
    name = "toimiva.capabilities.watches"
    label = "watches"
    default_auto_field = "django.db.models.BigAutoField"
