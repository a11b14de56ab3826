"""FEEL text to a syntax tree."""
