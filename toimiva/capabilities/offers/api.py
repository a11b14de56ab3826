"""Offers: what one person is offered in a round, and what they answered.

Ids are opaque strings, persons are pseudonyms, instants are aware UTC, dates are the city's calendar dates.
"""

from __future__ import annotations

from toimiva.capabilities.offers.answering import Answer, Handled, answer_now, record
from toimiva.capabilities.offers.choosing import wish_for, wish_many
from toimiva.capabilities.offers.links import link, recipient_of, token_of
from toimiva.capabilities.offers.making import Guardian, NewOffer, accept_granted, make_offers, offer_id, set_seats
from toimiva.capabilities.offers.reading import (
    OfferView,
    RecipientView,
    asked_before,
    count_by_round,
    count_states,
    free_seats,
    guardians_of,
    offers_of,
    offers_to,
    read_offers,
    recipients_of,
    sample_recipient,
)
from toimiva.capabilities.offers.replying import handle_replies
from toimiva.capabilities.offers.settling import can_give, settle
from toimiva.capabilities.offers.shapes import Answered, Offered, Outcome, Wishes
from toimiva.capabilities.offers.windows import close_due, remind_due, write_letters_due
from toimiva.capabilities.offers.withdrawing import shrink, take_back, withdraw_all
from toimiva.capabilities.offers.wording import Wording, called, day_text, distance_text, outcome_words, state_words
from toimiva.capabilities.offers.wordings import drafts_for, newest_units, unit_names, wording_for

__all__ = [
    "Answer", "Answered", "Guardian", "Handled", "NewOffer", "OfferView", "Offered", "Outcome", "RecipientView",
    "Wishes", "Wording", "accept_granted", "answer_now", "asked_before", "called", "can_give", "close_due",
    "count_by_round", "count_states", "day_text", "distance_text", "drafts_for", "free_seats", "guardians_of",
    "handle_replies", "link", "make_offers", "newest_units", "offer_id", "offers_of", "offers_to", "outcome_words",
    "read_offers", "recipient_of", "recipients_of", "record", "remind_due", "sample_recipient", "set_seats", "settle",
    "shrink", "state_words", "take_back", "token_of", "unit_names", "wish_for", "wish_many", "withdraw_all",
    "wording_for", "write_letters_due",
]  # fmt: skip
