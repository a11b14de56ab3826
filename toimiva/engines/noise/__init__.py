"""Noise of roads by the common method of the European Union (CNOSSOS-EU)."""
