"""Django's entry for this part."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class PublishingConfig(AppConfig):
    name = "toimiva.core.publishing"
    label = "publishing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Open tables are those in each part's `opening.py`."""
        for config in apps.get_app_configs():
            if config.name.startswith("toimiva.") and find_spec(f"{config.name}.opening"):
                import_module(f"{config.name}.opening")
