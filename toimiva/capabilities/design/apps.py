"""Django's entry for this part."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "toimiva.capabilities.design"
    label = "design"
    default_auto_field = "django.db.models.BigAutoField"
