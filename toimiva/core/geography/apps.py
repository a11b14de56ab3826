"""Django's entry for this part."""

from django.apps import AppConfig


class GeographyConfig(AppConfig):
    name = "toimiva.core.geography"
    label = "geography"
    default_auto_field = "django.db.models.BigAutoField"
