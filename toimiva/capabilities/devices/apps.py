"""Django's entry for this capability."""

from importlib import import_module

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "toimiva.capabilities.devices"
    label = "devices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the decoders, encoders and networks that come along."""
        for part in ("cayenne", "objects", "ultralight"):
            import_module(f"{self.name}.decoders.{part}")
        for part in ("objects", "packed"):
            import_module(f"{self.name}.encoders.{part}")
        import_module(f"{self.name}.networks")
