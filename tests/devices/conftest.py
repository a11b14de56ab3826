"""A network server that takes downlinks."""

from tests.parts.programs import program  # noqa: F401
