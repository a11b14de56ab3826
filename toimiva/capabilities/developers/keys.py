"""Asking for a key, confirming the e-mail, finding a key by itself, ending it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from toimiva.capabilities.developers.models import Key
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, Invalid, NotFound, TooMany

__all__ = [
    "LINK_HOLDS", "ask_key", "confirm", "end", "find", "holders_of_keys", "proof_of", "waiting", "write_to",
]  # fmt: skip

LINK_HOLDS = timedelta(days=1)
_SALT = "developers.confirm"
_A_DAY = 5  # keys that one address may ask for


def ask_key(city: City, email: str, application: str, plan: str, *, language: str) -> Key:
    """Send a link that gives the key.

    Raises Invalid for what is not filled in right, TooMany for the sixth in a day.
    """
    if plan not in settings.API_PLANS:
        raise Invalid(what=f"There is no plan {plan[:20]!r}.", mend=f"Choose one of {', '.join(settings.API_PLANS)}.")
    if not application.strip():
        raise Invalid(what="The application has no name.", mend="Write what will use the key.")
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(what="The e-mail address is not one.", mend="Write it as name@example.org.") from error
    now = timezone.now()
    if Key.objects.filter(email=email, asked__gt=now - timedelta(days=1)).count() >= _A_DAY:
        raise TooMany(what="Many keys were asked for with this address today.", mend="Use those, or ask tomorrow.")
    with transaction.atomic():
        row = Key.objects.create(email=email, application=application.strip()[:80], plan=plan, asked=now)
        link = f"{settings.SITE_URL}/developers/confirm/{proof_of(row)}/"
        text = _("Your key for %(application)s is behind this link, for a day: %(link)s") % {
            "application": row.application, "link": link,
        }  # fmt: skip
        channels.queue(city, [channels.Draft(
            key=f"api-key/{row.pk}", channel="email", kind="api_key", about=f"api-key/{row.pk}", person="",
            language=language, address=email, text=text, subject=_("Your API key"), expected=True,
        )], at=cities.now(city.id))  # fmt: skip
    return row


def proof_of(row: Key) -> str:
    """What a link has that confirms the e-mail of a key."""
    return signing.dumps(row.pk, salt=_SALT)


def waiting(proof: str) -> Key:
    """The key that a link is for. Raises NotFound for a link that is wrong or old, Conflict for one that was used."""
    try:
        number = signing.loads(proof, salt=_SALT, max_age=LINK_HOLDS)
    except signing.BadSignature as error:
        raise NotFound(what="The link is wrong or older than a day.", mend="Ask for a new key.") from error
    row = Key.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(what="The link is wrong or older than a day.", mend="Ask for a new key.")
    if row.confirmed:
        raise Conflict(what="This link was used: a key is shown once.", mend="Ask for a new key if you have lost it.")
    return row


def confirm(proof: str) -> tuple[Key, str]:
    """Make the key: it is told here and nowhere later."""
    with transaction.atomic():
        row = Key.objects.select_for_update().get(pk=waiting(proof).pk)
        if row.confirmed:
            raise Conflict(what="This link was used: a key is shown once.", mend="Ask for a new key if you lost it.")
        secret = f"toimiva_{secrets.token_urlsafe(24)}"
        row.digest, row.shown, row.confirmed = _digest(secret), secret[:12], timezone.now()
        row.save()
    return row, secret


def find(secret: str) -> Key | None:
    """The key that is this, while it holds."""
    return Key.objects.filter(digest=_digest(secret), ended=None).first()


def count() -> int:
    """How many keys hold."""
    return Key.objects.filter(ended=None).exclude(confirmed=None).count()


def holders_of_keys() -> list[int]:
    """Keys that hold, one of each address, by number."""
    rows = Key.objects.filter(ended=None).exclude(confirmed=None).order_by("pk").values_list("email", "pk")
    return sorted(dict(rows).values())


def write_to(number: int, reference: str, words: Callable[[str], tuple[str, str]]) -> None:
    """Write to whoever has a key, in every language: which one they read is not known. `words` tells subject and text
    in the language it is given. One `reference` is written once."""
    row = Key.objects.filter(pk=number).first()
    if row is None:
        return
    told = []
    for language in cities.LANGUAGES:
        with override(language):
            told.append(words(language))
    city = cities.load(cities.cities()[0])
    channels.queue(city, [channels.Draft(
        key=f"developer/{reference}", channel="email", kind="developer", about=f"api-key/{row.pk}", person="",
        language=cities.LANGUAGES[0], address=row.email, text="\n\n".join(text for _, text in told),
        subject=" / ".join(subject for subject, _ in told), expected=True,
    )], at=cities.now(city.id))  # fmt: skip


def end(row: Key) -> None:
    """It opens nothing from now on."""
    Key.objects.filter(pk=row.pk, ended=None).update(ended=timezone.now())


def _digest(secret: str) -> str:
    """Of a random key of 192 bits, which needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
