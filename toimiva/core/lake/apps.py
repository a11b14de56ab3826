"""Django's entry for this part."""

from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "toimiva.core.lake"
    label = "lake"
    default_auto_field = "django.db.models.BigAutoField"
