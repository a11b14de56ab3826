"""Django's entry for this part."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "toimiva.core.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
