"""Django's entry for this capability."""

from django.apps import AppConfig


class LineageConfig(AppConfig):
    name = "toimiva.capabilities.lineage"
    label = "lineage"
    default_auto_field = "django.db.models.BigAutoField"
