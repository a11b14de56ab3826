"""Django's entry for this capability."""

from django.apps import AppConfig


class BikesConfig(AppConfig):
    name = "toimiva.capabilities.bikes"
    label = "bikes"
    default_auto_field = "django.db.models.BigAutoField"
