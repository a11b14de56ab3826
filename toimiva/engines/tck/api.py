"""The DMN Technology Compatibility Kit, run against this engine: https://github.com/dmn-tck/tck."""

from __future__ import annotations

from toimiva.engines.tck.compiling import Compiled, compile_cases
from toimiva.engines.tck.running import Report, run

__all__ = ["Compiled", "Report", "compile_cases", "run"]
