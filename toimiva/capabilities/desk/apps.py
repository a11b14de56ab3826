"""Django's entry for this part."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "toimiva.capabilities.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
