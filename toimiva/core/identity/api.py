"""Identity: who acts, and who may open what. Residents and officials sign in by OpenID Connect."""

from __future__ import annotations

from toimiva.core.identity.access import (
    ANYONE,
    DEVELOPMENT,
    KEY,
    LINK,
    RESIDENT,
    SIGNED_IN,
    official,
    refusal,
    role_of,
)
from toimiva.core.identity.bearer import ServiceToken, Told
from toimiva.core.identity.cookies import OfficialSession, ResidentSession, Session
from toimiva.core.identity.models import SignIn
from toimiva.core.identity.residents import Resident, resident_by_subject, resident_of
from toimiva.core.identity.sessions import count_open, end_all
from toimiva.core.identity.sessions import current as sign_in_of
from toimiva.core.identity.staff import (
    SAMPLE_OFFICIAL,
    SAMPLE_OFFICIALS,
    act_as,
    names_of_officials,
    official_of,
    persons_of_officials,
)

__all__ = [
    "ANYONE", "DEVELOPMENT", "KEY", "LINK", "RESIDENT", "SAMPLE_OFFICIAL", "SAMPLE_OFFICIALS", "SIGNED_IN",
    "OfficialSession", "Resident", "ResidentSession", "ServiceToken", "Session", "SignIn", "Told", "act_as",
    "count_open", "end_all", "names_of_officials", "official", "official_of", "persons_of_officials", "refusal",
    "resident_by_subject", "resident_of", "role_of", "sign_in_of",
]  # fmt: skip
