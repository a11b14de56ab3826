"""Django's entry for this capability."""

from django.apps import AppConfig


class DevelopersConfig(AppConfig):
    name = "toimiva.capabilities.developers"
    label = "developers"
    default_auto_field = "django.db.models.BigAutoField"
