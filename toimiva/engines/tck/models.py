"""The kit's models by file."""

from __future__ import annotations

from pathlib import Path

from toimiva.engines.models.api import Decider, DmnError, Model, load

__all__ = ["Models"]


class Models:
    """Models by file, each read once, its imports found by namespace among its neighbours."""

    def __init__(self) -> None:
        self._models: dict[Path, Model | None] = {}
        self._deciders: dict[Path, Decider | None] = {}

    def decider(self, path: Path) -> Decider | None:
        """A decider of the file's model, or None where it cannot be read."""
        if path not in self._deciders:
            model = self.model(path)
            self._deciders[path] = None if model is None else Decider(model)
        return self._deciders[path]

    def model(self, path: Path) -> Model | None:
        """The file's model, with whatever faults it has; None where it cannot be read at all."""
        if path not in self._models:
            self._models[path] = None
            try:
                self._models[path] = load(path.read_bytes(), lambda namespace, _: self._beside(path, namespace))[0]
            except (DmnError, OSError):
                return None
        return self._models[path]

    def _beside(self, path: Path, namespace: str) -> Model | None:
        for other in sorted(path.parent.glob("*.dmn")):
            if other != path and f'namespace="{namespace}"' in other.read_text(encoding="utf-8"):
                model = self.model(other)
                if model is not None and model.namespace == namespace:
                    return model
        return None
