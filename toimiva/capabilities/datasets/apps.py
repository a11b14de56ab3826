"""Django's entry for this capability."""

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "toimiva.capabilities.datasets"
    label = "datasets"
    default_auto_field = "django.db.models.BigAutoField"
