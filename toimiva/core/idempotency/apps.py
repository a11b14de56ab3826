"""Django's entry for this part."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "toimiva.core.idempotency"
    label = "idempotency"
    default_auto_field = "django.db.models.BigAutoField"
