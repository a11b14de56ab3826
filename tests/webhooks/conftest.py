"""A developer with a key, and a program of theirs."""

from tests.parts.developers import developer  # noqa: F401
from tests.parts.programs import program  # noqa: F401
