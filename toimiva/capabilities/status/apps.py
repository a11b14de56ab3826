"""Django's entry for this capability."""

from django.apps import AppConfig


class StatusConfig(AppConfig):
    name = "toimiva.capabilities.status"
    label = "status"
    default_auto_field = "django.db.models.BigAutoField"
