"""Identity: who acts. Residents and officials sign in by OpenID Connect, each at an issuer of their own."""

from __future__ import annotations

from toimiva.core.identity.residents import Resident, resident_of, resident_only
from toimiva.core.identity.staff import SAMPLE_OFFICIAL, SAMPLE_OFFICIALS, act_as, official_of, staff_only

__all__ = [
    "SAMPLE_OFFICIAL", "SAMPLE_OFFICIALS", "Resident", "act_as", "official_of", "resident_of", "resident_only",
    "staff_only",
]  # fmt: skip
