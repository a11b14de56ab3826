"""Django's entry for this capability."""

from django.apps import AppConfig


class PlacementConfig(AppConfig):
    name = "toimiva.capabilities.placement"
    label = "placement"
    default_auto_field = "django.db.models.BigAutoField"
