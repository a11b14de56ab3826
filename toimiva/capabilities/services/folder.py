"""A service folder read whole: definition, rules, parameters, texts, examples. What is wrong is said all at once."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from pydantic import ValidationError

from toimiva.capabilities.services.definition import Definition
from toimiva.capabilities.services.form import Application, read_form
from toimiva.capabilities.services.parameters import Parameters, read_parameters
from toimiva.capabilities.services.texts import Texts, check_texts
from toimiva.core.city.api import LANGUAGES, City, faults_of, line_in_yaml, load, read_text, read_toml, read_yaml
from toimiva.core.errors import Fault, Invalid, NotFound
from toimiva.engines.dmn.api import DecisionTable, DmnError, Model, read

__all__ = ["Service", "archive", "form_of", "from_archive", "get_service", "names_of", "read_folder"]

STAFF_REASONS = frozenset((
    "no_place", "guardians_disagree", "changed_mind", "unclear_reply", "late_reply", "moved_or_died", "not_reached",
    "no_reply", "no_deployment_decision", "capacity_shrank", "round_stopped",
))  # fmt: skip


@dataclass(frozen=True, eq=False)
class Service:
    """A service of a city, ready to run. `digest` names exactly these files; a changed byte is another digest."""

    id: str
    city: City
    definition: Definition
    model: Model
    parameters: Parameters
    texts: Texts
    examples: tuple[dict[str, Any], ...]
    digest: str
    folder: Path
    form: Application | None = None


def names_of(city: City) -> list[str]:
    """Ids of the services that a city has."""
    return [path.name for path in city.all("services/*") if (path / "service.toml").exists()]


def get_service(city: City, name: str) -> Service:
    """A service by its folder's name. Raises NotFound, or Invalid with every fault."""
    folder = city.find(f"services/{name}")
    if folder is None:
        known = ", ".join(names_of(city))
        raise NotFound(
            what=f"{city.id} has no service {name!r}.", mend=f"Use one of: {known}; or `toimiva service new {name}`."
        )
    return _cached(city.id, folder, _current_digest(folder, _stamp(folder)))


def form_of(service: Service) -> Application:
    """What one fills in to apply. Raises NotFound for a service that only comes by itself."""
    if service.form is None:
        raise NotFound(
            what=f"{service.id!r} is not applied for: it comes by itself.", mend="See the list of applications."
        )
    return service.form


def from_archive(city: City, digest: str) -> Service:
    """The service as it was when it had this digest. Raises NotFound when it was never archived here."""
    folder = next(iter(sorted((_archives() / digest).glob("*"))), None)
    if folder is None or _current_digest(folder, _stamp(folder)) != digest:
        raise NotFound(
            what=f"The service folder with digest {digest[:12]} is not in the archive, or was changed there.",
            mend="Restore $TOIMIVA_HOME/services from a backup.",
        )
    return _archived(city.id, folder, digest)


def archive(service: Service) -> None:
    """Keep a copy of the folder under its digest, so that decisions made by it can be replayed."""
    target = _archives() / service.digest / service.id
    if not target.exists():
        part = target.with_name(f"{service.id}.part")
        shutil.copytree(service.folder, part, dirs_exist_ok=True)
        part.rename(target)


def _archives() -> Path:
    return Path(settings.HOME) / "services"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of a folder's files: while they stay, so does the digest."""
    return tuple((str(p), (found := p.stat()).st_size, found.st_mtime_ns) for p in _files(folder))


@lru_cache(maxsize=64)
def _current_digest(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> str:
    return _digest(folder)


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in _files(folder):
        total.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


@lru_cache(maxsize=32)
def _cached(city: str, folder: Path, digest: str) -> Service:
    return read_folder(load(city), folder, digest)


@lru_cache(maxsize=32)
def _archived(city: str, folder: Path, digest: str) -> Service:
    return read_folder(load(city), folder, digest, archived=True)


def read_folder(city: City, folder: Path, digest: str = "", *, archived: bool = False) -> Service:
    """Read and check a folder's files. Raises Invalid with every fault of every file.

    One from the archive was whole when it was kept: texts that a newer Toimiva asks for are not missed in it.
    """
    reader = _Reader(folder, archived=archived)
    definition = reader.part("service.toml", _definition)
    model = reader.part("decision.dmn", _model)
    parameters = reader.part("parameters.yaml", partial(read_parameters, archived=archived))
    examples = reader.part("examples.yaml", _examples)
    form = reader.part("form.yaml", read_form) if (folder / "form.yaml").exists() and not archived else None
    tables = list(_outcome_tables(model)) if model else []
    texts = reader.texts({"because": _reasons(tables) | STAFF_REASONS, "columns": _labels(tables)})
    if reader.faults or definition is None or model is None or parameters is None:
        raise Invalid(what=f"The service {folder.name} cannot be used.", faults=reader.faults)
    return Service(
        folder.name,
        city,
        definition,
        model,
        parameters,
        texts,
        tuple(examples or ()),
        digest or _digest(folder),
        folder,
        form,
    )


class _Reader:
    """Reads the files of one folder and gathers what is wrong with each."""

    def __init__(self, folder: Path, *, archived: bool) -> None:
        self.folder, self.archived = folder, archived
        self.faults: list[Fault] = []

    def part(self, name: str, parse: Callable[[str, str], Any]) -> Any:
        """One file parsed, or None with its faults noted."""
        path = self.folder / name
        if not path.exists():
            self.faults.append(Fault(str(path), 1, "The file is missing.", "See docs/recipes/add-a-service.md."))
            return None
        try:
            return parse(str(path), read_text(path))
        except Invalid as error:
            self.faults.extend(error.faults or [Fault(str(path), 1, str(error))])
            return None

    def texts(self, wanted: Mapping[str, set[str]]) -> Texts:
        paths = {language: self.folder / "texts" / f"{language}.yaml" for language in LANGUAGES}
        read = {
            language: self.part(f"texts/{language}.yaml", _as_it_is)
            for language, path in paths.items()
            if path.exists()
        }
        files = {language: told for language, told in read.items() if told}
        if not self.archived and len(files) == len(read):
            self.faults.extend(check_texts(files, wanted))
        return {language: _texts_of(source) for language, (_, source) in files.items()}


def _as_it_is(file: str, text: str) -> tuple[str, str]:
    return file, text


def _texts_of(source: str) -> Mapping[str, Any]:
    try:
        return yaml.safe_load(source) or {}
    except yaml.YAMLError:
        return {}  # already among the faults


def _definition(file: str, text: str) -> Definition:
    try:
        return Definition.model_validate(read_toml(file, text))
    except ValidationError as error:
        raise Invalid(what="Not a service.", faults=faults_of(error, file, text)) from error


def _model(file: str, text: str) -> Model:
    try:
        return read(text.encode())
    except DmnError as error:
        raise Invalid(what="Not DMN.", faults=[Fault(file, f.line, f.message, f.mend) for f in error.faults]) from error


def _examples(file: str, text: str) -> list[dict[str, Any]]:
    found = read_yaml(file, text, list)
    faults = [
        Fault(file, line_in_yaml(text, i), f"Example {i + 1} needs {key!r}.", "See docs/recipes/add-a-service.md.")
        for i, example in enumerate(found)
        for key in ("name", "date", "given", "expect")
        if not isinstance(example, dict) or key not in example
    ]
    if faults:
        raise Invalid(what="Examples cannot be used.", faults=faults)
    return found


def _outcome_tables(model: Model) -> Iterator[DecisionTable]:
    """Tables that give an outcome and why."""
    for decision in model.decisions.values():
        table = decision.expression
        if isinstance(table, DecisionTable) and {"outcome", "because"} <= {clause.name for clause in table.outputs}:
            yield table


def _reasons(tables: Sequence[DecisionTable]) -> set[str]:
    """Every reason that the tables can give, as `because`, for those who are told or handled."""
    reasons = set()
    for table in tables:
        names = [clause.name for clause in table.outputs]
        for rule in table.rules:
            row = {name: getattr(node, "value", None) for name, node in zip(names, rule.outputs, strict=True)}
            reasons |= {row["because"]} if row["outcome"] != "not_eligible" else set()
    return {reason for reason in reasons if isinstance(reason, str)}


def _labels(tables: Sequence[DecisionTable]) -> set[str]:
    """What the columns of the tables are called, as explanations name them."""
    return {clause.label for table in tables for clause in table.inputs}
