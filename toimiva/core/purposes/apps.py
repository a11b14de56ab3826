"""Django's entry for this part."""

from django.apps import AppConfig


class PurposesConfig(AppConfig):
    name = "toimiva.core.purposes"
    label = "purposes"
    default_auto_field = "django.db.models.BigAutoField"
