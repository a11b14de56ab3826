"""What the rules' outcomes are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

__all__ = ["PLAIN_OUTCOMES"]

PLAIN_OUTCOMES = {
    "offer": gettext_lazy("gets an offer"),
    "staff": gettext_lazy("an official handles it"),
    "ordinary_application": gettext_lazy("applies in the ordinary way"),
    "not_eligible": gettext_lazy("is not concerned"),
}
