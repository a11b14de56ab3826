"""Django's entry for this part."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "toimiva.core.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the gateways that come with Toimiva."""
        from toimiva.core.channels.gateways import installed  # noqa: F401 - needs the models to be loaded
