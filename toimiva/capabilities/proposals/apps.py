"""Django's entry for this capability."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "toimiva.capabilities.proposals"
    label = "proposals"
    default_auto_field = "django.db.models.BigAutoField"
