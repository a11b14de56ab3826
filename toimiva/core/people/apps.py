"""Django's entry for this part."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "toimiva.core.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
