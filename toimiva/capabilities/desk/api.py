"""The desk's door: what is known of a case."""

from __future__ import annotations

from toimiva.capabilities.desk.knowing import Known, known_of, name_of

__all__ = ["Known", "known_of", "name_of"]
