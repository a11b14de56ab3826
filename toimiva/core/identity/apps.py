"""Django's entry for this part."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "toimiva.core.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
