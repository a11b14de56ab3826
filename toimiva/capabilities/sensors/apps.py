"""Django's entry for this capability."""

from django.apps import AppConfig


class SensorsConfig(AppConfig):
    name = "toimiva.capabilities.sensors"
    label = "sensors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give SQLite its spatial functions with each connection."""
        from toimiva.capabilities.sensors import geometry  # noqa: F401
