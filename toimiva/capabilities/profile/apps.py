"""Django's entry for this part."""

from django.apps import AppConfig


class ProfileConfig(AppConfig):
    name = "toimiva.capabilities.profile"
    label = "profile"
    default_auto_field = "django.db.models.BigAutoField"
