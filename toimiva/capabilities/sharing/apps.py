"""Django's entry for this capability."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "toimiva.capabilities.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"
