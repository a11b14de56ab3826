"""Flat faces and the solids they close: measured, triangulated, checked and mended."""
