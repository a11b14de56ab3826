"""Roots are signed by the city as the day is closed, and co-signed by witnesses, who are other parties with their keys.

Keys are changed by adding a newer one before the older: what the older has signed stays provable by its public half.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from toimiva.core.errors import Conflict, NotAllowed, NotFound
from toimiva.core.ledger.models import DailyRoot, RootSignature
from toimiva.core.ledger.notes import Signer, Verifier, note_of, root_text

__all__ = ["cosign", "faulty_signature", "note_for", "published_keys", "sign_roots", "text_of"]


def _signers() -> list[Signer]:
    return [Signer.parse(text) for text in settings.LEDGER_KEYS if text]


def _witnesses() -> list[Verifier]:
    return [Verifier.parse(text) for text in settings.LEDGER_WITNESSES if text]


def text_of(day: DailyRoot) -> str:
    """What is signed of a day."""
    return root_text(settings.SITE_URL, str(day.day), day.first, day.last, day.root)


def sign_roots(days: Iterable[DailyRoot]) -> None:
    """Sign by the newest key of the city; without a key, nothing is signed."""
    signers = _signers()
    if signers:
        RootSignature.objects.bulk_create(_by(day, signers[0]) for day in days)


def _by(day: DailyRoot, signer: Signer) -> RootSignature:
    text = text_of(day)
    return RootSignature(
        day=day, text=text, key=signer.verifier.text, signature=signer.sign(text), by_city=True, at=timezone.now()
    )


def cosign(day: str, key: str, signature: str) -> None:
    """Keep a witness's signature of a day's root; again changes nothing.

    Raises NotFound for a day without a root, NotAllowed for a key that is no witness's, Conflict for a signature that
    is not over what the city has published.
    """
    row = DailyRoot.objects.filter(day=day).first()
    if row is None:
        raise NotFound(what=f"There is no root of {day}.", mend="Sign days that are over, from the published list.")
    witness = next((one for one in _witnesses() if one.text == key), None)
    if witness is None:
        raise NotAllowed(
            what="This key is not a witness's here.", mend="The city adds it to TOIMIVA_LEDGER_WITNESSES first."
        )
    if not witness.holds(text_of(row), signature):
        raise Conflict(
            what=f"The signature is not over the root of {day} as it is published.",
            mend="Compare what you have seen before with the published list: a difference is what a witness is for.",
        )
    with transaction.atomic():
        kept = {"text": text_of(row), "signature": signature, "by_city": False, "at": timezone.now()}
        RootSignature.objects.get_or_create(day=row, key=key, defaults=kept)


def published_keys() -> list[dict[str, str | bool]]:
    """Keys that sign now and that have signed: as verifier keys, the city's own first."""
    used = RootSignature.objects.values_list("key", "by_city").distinct()
    own = [signer.verifier.text for signer in _signers()] + sorted(key for key, by_city in used if by_city)
    witnesses = [one.text for one in _witnesses()] + sorted(key for key, by_city in used if not by_city)
    return [
        {"key": key, "by_city": by_city}
        for keys, by_city in ((own, True), (witnesses, False))
        for key in dict.fromkeys(keys)
    ]


def note_for(day: DailyRoot) -> str:
    """A day's root with its signatures, as a signed note; without any, only the text."""
    rows = sorted(day.signatures.all(), key=lambda row: (not row.by_city, row.pk))
    text = rows[0].text if rows else text_of(day)
    return note_of(text, [(Verifier.parse(row.key).name, row.signature) for row in rows if row.text == text])


def faulty_signature() -> tuple[int, str] | None:
    """The first entry of a day whose signature does not hold, or is not over its root, with the reason."""
    for row in RootSignature.objects.select_related("day").order_by("day", "pk"):
        name = Verifier.parse(row.key).name
        if not Verifier.parse(row.key).holds(row.text, row.signature):
            return row.day.first, f"the signature of {name} under the root of {row.day.day} does not hold"
        if row.text.split("\n")[2:5] != [str(row.day.day), f"{row.day.first} {row.day.last}", row.day.root]:
            return row.day.first, f"{name} has signed another root of {row.day.day} than the one that is here"
    return None
