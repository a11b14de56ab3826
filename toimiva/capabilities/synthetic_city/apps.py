"""Django's entry for this capability."""

from django.apps import AppConfig


class SyntheticCityConfig(AppConfig):
    name = "toimiva.capabilities.synthetic_city"
    label = "synthetic_city"
    default_auto_field = "django.db.models.BigAutoField"
