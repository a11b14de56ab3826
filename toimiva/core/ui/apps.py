"""Django's entry for this part."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "toimiva.core.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"
