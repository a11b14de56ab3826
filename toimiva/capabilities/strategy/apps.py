"""Django's entry for this part."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "toimiva.capabilities.strategy"
    label = "strategy"
    default_auto_field = "django.db.models.BigAutoField"
