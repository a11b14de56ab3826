"""Django's entry for this part."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class RetentionConfig(AppConfig):
    name = "toimiva.core.retention"
    label = "retention"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the holder of every installed part that has one."""
        for config in apps.get_app_configs():
            if config.name.startswith("toimiva.") and find_spec(f"{config.name}.holding"):
                import_module(f"{config.name}.holding")
