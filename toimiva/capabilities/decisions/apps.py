"""Django's entry for this capability."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "toimiva.capabilities.decisions"
    label = "decisions"
    default_auto_field = "django.db.models.BigAutoField"
