"""A field between places where something was measured, with how sure it is. Metres in one plane."""

from __future__ import annotations

from toimiva.engines.fields.gaussian import FEWEST, Field, Weights, field_of, weights_of

__all__ = ["FEWEST", "Field", "Weights", "field_of", "weights_of"]
