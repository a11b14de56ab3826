"""Django's entry for this part."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "toimiva.core.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"
