"""Django's entry for this capability."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "toimiva.capabilities.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
