"""The shape of the code: every part has the same files, relations stay inside their part, the reference names all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from toimiva.core.retention.api import holders

ROOT = Path(__file__).parent.parent.parent
PARTS = sorted(
    p for layer in ("capabilities", "core") for p in (ROOT / "toimiva" / layer).iterdir() if (p / "apps.py").exists()
)
SHAPE = {"README.md", "capability.toml", "api.py", "events.py", "apps.py", "models.py", "__init__.py"}


@pytest.mark.parametrize("folder", PARTS, ids=lambda p: p.name)
def test_every_part_has_the_same_files(folder):
    described = tomllib.loads((folder / "capability.toml").read_text())
    missing = SHAPE - {p.name for p in folder.iterdir()} - described.get("exempt", {}).keys()

    assert not missing, f"{folder.name}: add {sorted(missing)}, or give the reason under [exempt] in capability.toml"
    assert described["summary"]
    assert described["personal_data"]


@pytest.mark.parametrize("folder", PARTS, ids=lambda p: p.name)
def test_every_part_that_stores_personal_data_can_tell_and_erase_it(folder):
    models = folder / "models.py"
    exempt = tomllib.loads((folder / "capability.toml").read_text()).get("exempt", {})
    if not models.exists() or "No personal data" in models.read_text() or "holding.py" in exempt:
        return
    assert (folder / "holding.py").exists(), f"{folder.name}: add a Holder (see core/retention), or say under [exempt]"
    assert folder.name in set(holders)


@pytest.mark.parametrize("folder", PARTS, ids=lambda p: p.name)
def test_every_door_says_what_it_promises(folder):
    if (folder / "api.py").exists():
        assert "__all__" in (folder / "api.py").read_text(), f"{folder.name}/api.py needs an __all__"


def home(model) -> tuple[str, str] | None:
    parts = model.__module__.split(".")
    return (parts[1], parts[2]) if parts[0] == "toimiva" else None


def test_no_relation_reaches_into_another_part():
    reaching = [
        str(field)
        for model in apps.get_models()
        if home(model)
        for field in model._meta.get_fields()
        if field.related_model and not field.auto_created and home(field.related_model) not in {None, home(model)}
    ]
    assert not reaching, f"Keep the other's id in a plain field and ask its api.py: {reaching}"


def test_a_service_folder_holds_no_python():
    assert not list((ROOT / "cities").rglob("*.py"))


def test_no_city_is_named_in_the_code():
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "toimiva").rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if 'city == "' in line or "city_id == " in line
    ]
    assert not named


def patterns(resolver=None, prefix="") -> list[str]:
    found = []
    for item in (resolver or get_resolver()).url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            found += patterns(item, route)
        elif isinstance(item, URLPattern):
            found.append(f"/{route}")
    return found


def our_commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app.startswith("toimiva"))


def our_settings() -> list[str]:
    return sorted(set(re.findall(r"TOIMIVA_[A-Z_]+", (ROOT / "toimiva" / "project" / "settings.py").read_text())))


@pytest.mark.parametrize(
    "page, names", [("urls.md", patterns), ("commands.md", our_commands), ("settings.md", our_settings)]
)
def test_the_reference_names_everything(page, names):
    text = (ROOT / "docs" / "reference" / page).read_text()
    silent = sorted(name for name in names() if f"`{name}`" not in text)
    assert not silent, f"docs/reference/{page} does not mention {silent}; describe them in the commit that adds them"
