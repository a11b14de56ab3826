"""Django's entry for this capability."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "toimiva.capabilities.offers"
    label = "offers"
    default_auto_field = "django.db.models.BigAutoField"
