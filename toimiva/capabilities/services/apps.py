"""Django's entry for this capability."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "toimiva.capabilities.services"
    label = "services"
    default_auto_field = "django.db.models.BigAutoField"
