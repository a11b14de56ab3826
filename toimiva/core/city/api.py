"""Cities: the folder that describes one, and its clock. Instants are aware UTC."""

from __future__ import annotations

from toimiva.core.city.clock import is_simulated, now, run_on, set_to, today
from toimiva.core.city.folder import (
    LANGUAGES,
    City,
    Names,
    Texts,
    cities,
    load,
    published,
    text_in,
)
from toimiva.core.city.reading import (
    Strict,
    faults_of,
    line_in_yaml,
    line_of,
    read_model,
    read_text,
    read_toml,
    read_yaml,
)

__all__ = [
    "LANGUAGES", "City", "Names", "Strict", "Texts", "cities", "faults_of", "is_simulated", "line_in_yaml", "line_of",
    "load", "now", "published", "read_model", "read_text", "read_toml", "read_yaml", "run_on", "set_to", "text_in",
    "today",
]  # fmt: skip
