"""A new report: checked, kept, made a case, confirmed to whoever can be reached."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from pyproj import Geod

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.reports.events import ReportMade
from toimiva.capabilities.reports.kinds import Kind, kind
from toimiva.capabilities.reports.models import Report
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid
from toimiva.core.event import announce
from toimiva.core.geography import api as geography
from toimiva.core.people import api as people

__all__ = ["LONGEST", "NEAR_M", "SERVICE", "NewReport", "make", "page_of", "tell"]

SERVICE = "reports"  # what a case of a report is of
NEAR_M = 30.0  # so near an open one of the same kind, it is taken to be the same
_EARTH = Geod(ellps="WGS84")
LONGEST = 4000  # characters


@dataclass(frozen=True, slots=True)
class NewReport:
    """What was told. Degrees are WGS 84; either they or the address must be there."""

    kind: str
    text: str
    language: str
    longitude: float | None = None
    latitude: float | None = None
    address: str = ""
    email: str = ""
    phone: str = ""
    media_url: str = ""
    key: int | None = None


def make(city: City, new: NewReport) -> Report:
    """Keep a report and open its case, or join the open case of a near one of its kind.

    Raises Invalid with everything that is wrong, NotFound for a kind that is not there.
    """
    of_kind = kind(city, new.kind)
    _check(city, new)
    at = cities.now(city.id)
    with transaction.atomic():
        same = _near(city, new)
        row = Report.objects.create(
            city=city.id, kind=new.kind, token=secrets.token_urlsafe(16), text=new.text.strip(), language=new.language,
            longitude=new.longitude, latitude=new.latitude, address=new.address.strip(), media_url=new.media_url,
            email=_contact(city, "email", new.email), phone=_contact(city, "phone", new.phone), key=new.key,
            case=same.case if same else 0, made=at, updated=at,
            expected=same.expected if same else at + timedelta(days=of_kind.days),
        )  # fmt: skip
        if same is None:
            row.case = _open_case(city, row, at, of_kind.days)
            row.save(update_fields=["case"])
        announce(ReportMade(city=city.id, report=row.pk, kind=row.kind, at=at))
        tell(city, row, "made", partial(_confirmation, city, of_kind, row), at)
    return row


def _check(city: City, new: NewReport) -> None:
    """Raises Invalid with every fault, each by the field as Open311 names it."""
    faults = dict(_faults(city, new))
    if faults:
        told = [Fault(field, 0, words) for field, words in faults.items()]
        raise Invalid(what="The report cannot be taken as it is.", faults=told)


def _faults(city: City, new: NewReport) -> Iterator[tuple[str, str]]:
    if any("\0" in text for text in (new.text, new.address, new.email, new.phone)):
        yield "description", "Leave out null characters: no database keeps them."
    elif not new.text.strip() or len(new.text) > LONGEST:
        yield "description", f"Write 1-{LONGEST} characters."
    if new.language not in cities.LANGUAGES:
        yield "language", f"Use one of {', '.join(cities.LANGUAGES)}."
    if new.media_url and not _is_address(new.media_url):
        yield "media_url", "Write it as https://example.org/picture.jpg."
    if new.email and not _contact(city, "email", new.email):
        yield "email", "Write it as name@example.org."
    if new.phone and not _contact(city, "phone", new.phone):
        yield "phone", "Write it as +358 40 123 4567."
    yield from _faults_of_place(city, new)


def _is_address(text: str) -> bool:
    try:
        URLValidator(["https"])(text)
    except ValidationError:
        return False
    return len(text) <= 500


def _contact(city: City, kind: people.Kind, value: str) -> str:
    """As it is kept; "" for one that is none."""
    try:
        return people.normal_contact(city, kind, value) if value else ""
    except Invalid:
        return ""


def _faults_of_place(city: City, new: NewReport) -> Iterator[tuple[str, str]]:
    address = new.address.strip()
    if len(address) > 200:
        yield "address_string", "Write at most 200 characters."
    if new.longitude is None or new.latitude is None:
        if new.longitude is not None or new.latitude is not None:
            yield "lat", "Give both lat and long, or an address."
        elif len(address) < 3:
            yield "address_string", "Give lat and long, or an address."
    elif not (-90 <= new.latitude <= 90 and -180 <= new.longitude <= 180):
        yield "lat", "Give lat from -90 to 90, and long from -180 to 180."
    elif geography.areas(city) and _area_of(city, new.longitude, new.latitude) is None:
        yield "lat", "Give a place in the city."


def _area_of(city: City, longitude: float, latitude: float) -> str | None:
    x, y = geography.to_grid([longitude], [latitude])
    return geography.locate(city, [(float(x[0]), float(y[0]))])[0]


def _near(city: City, new: NewReport) -> Report | None:
    """The nearest open one of the same kind within NEAR_M, locked: its case is not closed meanwhile."""
    if new.longitude is None or new.latitude is None:
        return None
    box = {
        "latitude__range": (new.latitude - 0.001, new.latitude + 0.001),
        "longitude__range": (new.longitude - 0.002, new.longitude + 0.002),
    }  # fmt: skip
    found = Report.objects.filter(city=city.id, kind=new.kind, closed=None, **box)
    far = [
        (_EARTH.inv(new.longitude, new.latitude, row.longitude, row.latitude)[2], row.pk, row)
        for row in found
        if row.longitude is not None
    ]
    metres, _number, row = min(far, default=(NEAR_M + 1, 0, None))
    if row is None or metres > NEAR_M:
        return None
    return Report.objects.select_for_update().filter(pk=row.pk, closed=None).first()


def _open_case(city: City, row: Report, at: datetime, days: int) -> int:
    about = f"report/{row.pk}"
    cases.open_cases([cases.NewCase(city.id, about, SERVICE, "", row.kind, about=about, days=days)], at=at)
    return cases.open_of_places(city.id, SERVICE, [about])[about]


def page_of(row: Report) -> str:
    """The address of the report's own page."""
    return f"{settings.SITE_URL}/report/at/{row.token}/"


def _confirmation(city: City, of_kind: Kind, row: Report, language: str) -> tuple[str, str]:
    text = _("Thank you. We have your report on %(kind)s, and answer by %(day)s. You can follow it here: %(page)s") % {
        "kind": of_kind.name[language], "day": f"{row.expected.astimezone(city.zone):%-d.%-m.%Y}", "page": page_of(row),
    }  # fmt: skip
    return _("We have your report"), text


def tell(city: City, row: Report, what: str, words: Callable[[str], tuple[str, str]], at: datetime) -> None:
    """Write to whoever reported, by e-mail or else by text message, where they can be reached."""
    if not (row.email or row.phone):
        return
    with override(row.language):
        subject, text = words(row.language)
    channels.queue(city, [channels.Draft(
        key=f"report/{row.pk}/{what}", channel="email" if row.email else "sms", kind="report", about=f"report/{row.pk}",
        person="", language=row.language, address=row.email or row.phone, text=text, subject=subject, expected=True,
    )], at=at)  # fmt: skip
