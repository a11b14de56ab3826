"""What the pages of rounds say of phases, and of what set a day's round off."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

__all__ = ["CAUSE_WORDS", "PHASE_WORDS"]

PHASE_WORDS = {
    "created": gettext_lazy("being prepared"),
    "offered": gettext_lazy("offers are out"),
    "closed": gettext_lazy("the window has closed"),
    "second_offered": gettext_lazy("second wave is out"),
    "done": gettext_lazy("both windows have closed"),
    "measured": gettext_lazy("measured"),
    "stopped": gettext_lazy("stopped"),
}
CAUSE_WORDS = {
    "new": gettext_lazy("a new entry in a register"),
    "changed": gettext_lazy("an entry has changed"),
    "gone": gettext_lazy("an entry has left a register"),
    "said": gettext_lazy("a consent or an objection"),
    "time": gettext_lazy("a day or an age has passed a limit of the rules"),
    "first": gettext_lazy("the service began"),
    "rules": gettext_lazy("the rules changed"),
}
