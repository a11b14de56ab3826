"""Django's entry for this capability."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "toimiva.capabilities.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
