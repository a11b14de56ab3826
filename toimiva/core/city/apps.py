"""Django's entry for this part."""

from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "toimiva.core.city"
    label = "city"
    default_auto_field = "django.db.models.BigAutoField"
