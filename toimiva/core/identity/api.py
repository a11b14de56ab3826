"""Identity: who acts. Sign-in by OpenID Connect comes with the resident's profile."""

from __future__ import annotations

from toimiva.core.identity.staff import SAMPLE_OFFICIAL, SAMPLE_OFFICIALS, act_as, official_of, staff_only

__all__ = ["SAMPLE_OFFICIAL", "SAMPLE_OFFICIALS", "act_as", "official_of", "staff_only"]
