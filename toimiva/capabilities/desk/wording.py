"""What the desk says of reasons, next steps and outcomes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

__all__ = ["KIND_WORDS", "NEXT_STEPS", "OUTCOME_WORDS"]

OUTCOME_WORDS = {
    "place_given": gettext_lazy("A place was given"),
    "handled_by_phone": gettext_lazy("Handled by telephone"),
    "application_sent": gettext_lazy("They apply in the ordinary way"),
    "put_right": gettext_lazy("Put right"),
    "nothing_to_do": gettext_lazy("Nothing to do"),
    "granted": gettext_lazy("Granted"),
    "not_granted": gettext_lazy("Not granted"),
}
_CALL = gettext_lazy("Call them, agree on a place, and decide.")
NEXT_STEPS = {
    "guardians_disagree": gettext_lazy("Hear both guardians, and decide for the child. The place is held meanwhile."),
    "changed_mind": gettext_lazy("Call them: does the place stay theirs, or is it given up?"),
    "unclear_reply": gettext_lazy("Call and ask what they meant."),
    "late_reply": gettext_lazy("See whether the place is still free, and decide."),
    "no_reply": gettext_lazy("Reach them by telephone, or in another way that you know of."),
    "no_place": gettext_lazy("Find a unit with room in their language, and call them."),
    "not_reached": gettext_lazy("Find out an address where they can be reached."),
    "no_deployment_decision": gettext_lazy("Decide yourself, or have the rules signed off."),
    "need_for_support": gettext_lazy("Weigh the need for support with early education before a place is proposed."),
    "extended_compulsory_education": gettext_lazy("Agree with the family and the school on when pre-school starts."),
    "non_disclosure": gettext_lazy("Handle by telephone or meeting only. Nothing is sent automatically."),
    "foster_care": gettext_lazy("Agree with social work and the guardians."),
    "no_guardian": gettext_lazy("Find out with social work who acts for the child."),
    "objection": gettext_lazy("Nothing is proposed. They apply in the ordinary way."),
    "moved_or_died": gettext_lazy("Check the register before anyone is contacted."),
    "application": gettext_lazy("Look into it, arrange what is granted, and answer with grounds."),
    "capacity_shrank": _CALL,
    "round_stopped": _CALL,
}
KIND_WORDS = {
    "offer.made": gettext_lazy("A place was offered"),
    "offer.answered": gettext_lazy("An answer came"),
    "offer.closed": gettext_lazy("The time to reply ended"),
    "offer.withdrawn": gettext_lazy("The offer was withdrawn"),
    "offer.settled": gettext_lazy("An official settled the offer"),
    "offer.wished": gettext_lazy("Other places were wished for"),
    "access.emergency": gettext_lazy("An official opened another official's case in an emergency"),
    "application.sent": gettext_lazy("An application was sent"),
    "application.answered": gettext_lazy("An application was answered"),
    "correction.asked": gettext_lazy("A correction was asked for"),
    "correction.answered": gettext_lazy("A request for a correction was answered"),
    "case.opened": gettext_lazy("The case was opened"),
    "case.assigned": gettext_lazy("The case was assigned"),
    "case.noted": gettext_lazy("Note"),
    "case.closed": gettext_lazy("The case was closed"),
    "decision.made": gettext_lazy("A decision was made"),
    "decision.annulled": gettext_lazy("The decision was annulled"),
    "decision.reinstated": gettext_lazy("The decision is in force again"),
    "document.written": gettext_lazy("The decision was written out"),
    "data.read": gettext_lazy("Data was looked at"),
    "purpose.objected": gettext_lazy("An objection was made"),
    "purpose.objection_withdrawn": gettext_lazy("An objection was taken back"),
    "purpose.consented": gettext_lazy("A consent was given"),
    "purpose.consent_withdrawn": gettext_lazy("A consent was withdrawn"),
    "identity.signed_in": gettext_lazy("The person signed in"),
    "identity.signed_out": gettext_lazy("The person signed out"),
    "access.refused": gettext_lazy("An official was refused: not impartial"),
}
