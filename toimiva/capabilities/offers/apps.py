"""Django's entry for this capability."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "toimiva.capabilities.offers"
    label = "offers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have offers asked about as their messages leave."""
        from toimiva.capabilities.offers.withdrawing import hold_back
        from toimiva.core.channels.api import guards

        for kind in ("offer", "second_offer", "reminder"):
            guards[kind] = hold_back
