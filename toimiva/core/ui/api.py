"""The frame of all pages: how an error is answered. Pages themselves reach it by templates and middleware."""

from __future__ import annotations

from toimiva.core.ui.headers import content_policy
from toimiva.core.ui.numbers import grouped
from toimiva.core.ui.problems import answer_to, problem_details

__all__ = ["answer_to", "content_policy", "grouped", "problem_details"]
