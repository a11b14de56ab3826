"""Django's entry for this part."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "toimiva.core.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
