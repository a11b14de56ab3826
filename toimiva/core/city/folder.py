"""A city is a folder: `city.toml` and what lies beside it; one it `extends` is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from django.conf import settings
from pydantic import AfterValidator, BeforeValidator, Field

from toimiva.core.city.reading import Strict, read_model
from toimiva.core.errors import NotFound

__all__ = ["City", "Names", "Texts", "cities", "load", "published", "text_in"]

LANGUAGES = ("fi", "sv", "en")


def _complete(texts: dict[str, str]) -> dict[str, str]:
    if {*texts} != {*LANGUAGES}:
        raise ValueError(f"a text is given in {', '.join(LANGUAGES)}, and in these only")
    return texts


def _in_all(told: object) -> object:
    return dict.fromkeys(LANGUAGES, told) if isinstance(told, str) else told


Texts = Annotated[dict[str, str], AfterValidator(_complete)]  # in a file of a city
Names = Annotated[Texts, BeforeValidator(_in_all)]  # or one text, where it is the same in every language


class QuietHours(Strict):
    """No messages from `start` to `end` (local time) nor on public holidays, unless the person expects one."""

    start: time = time(21)
    end: time = time(8)


class City(Strict):
    """What `city.toml` says. Names are {fi, sv, en}; `as_of` is the day the synthetic registers describe.

    `message_cents` is what a message costs the city by channel, in cents; residents see it as they choose.
    """

    id: str
    names: dict[str, str]
    genitive_fi: str
    municipality: str = Field(pattern=r"^\d{3}$")
    extends: str | None = None
    timezone: str = "Europe/Helsinki"
    holidays: str = "FI"
    customer_service_phone: str
    website: str
    decision_prefix: str
    quiet_hours: QuietHours = QuietHours()
    message_cents: dict[str, float] = {}
    as_of: date
    synthetic: bool = True
    folder: Path

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def folders(self) -> list[Path]:
        """What was published here, this city's folder, then that of the city it extends, and so on."""
        return [published(self.id), self.folder, *(load(self.extends).folders if self.extends else [])]

    def find(self, relative: str) -> Path | None:
        """The nearest file or folder of this name in the city's folders."""
        return next((folder / relative for folder in self.folders if (folder / relative).exists()), None)

    def own(self, relative: str) -> Path | None:
        """The city's own file or folder of this name: what tells of a place holds for no other that extends it."""
        return next((at / relative for at in (published(self.id), self.folder) if (at / relative).exists()), None)

    def all(self, pattern: str) -> list[Path]:
        """Paths that fit a pattern, by name; a city's own hides the one it extends."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in sorted(folder.glob(pattern)):
                found.setdefault(path.name, path)
        return [found[name] for name in sorted(found)]


def published(city: str) -> Path:
    """What was published in this home for a city: it hides what the city's folder came with."""
    return Path(settings.HOME) / "cities" / city


def cities() -> list[str]:
    """Ids of all cities there are folders for."""
    return sorted(path.parent.name for root in settings.CITY_FOLDERS for path in Path(root).glob("*/city.toml"))


@lru_cache(maxsize=32)
def load(city: str) -> City:
    """A city by its folder's name. Raises NotFound, or Invalid with every fault of its city.toml."""
    for root in settings.CITY_FOLDERS:
        path = Path(root) / city / "city.toml"
        if path.exists():
            return read_model(path, City, "The city cannot be used.", id=path.parent.name, folder=path.parent)
    raise NotFound(
        what=f"There is no city {city!r}.",
        mend=f"Use one of: {', '.join(cities())}, or make a folder with a city.toml.",
    )


def text_in(texts: Mapping[str, str], language: str) -> str:
    """The text in a language; Finnish where there is none."""
    return texts.get(language) or texts["fi"]
