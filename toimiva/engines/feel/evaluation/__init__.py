"""A syntax tree evaluated for one case."""
