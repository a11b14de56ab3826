"""Django's entry for the project: it puts the parts together."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "toimiva.project"
    label = "project"

    def ready(self) -> None:
        """Have instants read faster from each connection."""
        from toimiva.core import instants  # noqa: F401
