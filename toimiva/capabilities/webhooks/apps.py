"""Django's entry for this capability."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "toimiva.capabilities.webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"
