"""Rules for a whole population in one query: a DMN model as SQL, equal to the interpreter by property tests."""

from __future__ import annotations

from toimiva.engines.columnar.boundaries import crossing
from toimiva.engines.columnar.compiler import Compiled, compile_condition, compile_model
from toimiva.engines.columnar.constants import constant
from toimiva.engines.columnar.dialect import Dialect
from toimiva.engines.columnar.duckdb import DUCKDB
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.results import from_sql
from toimiva.engines.columnar.spark import SPARK
from toimiva.engines.columnar.types import (
    BOOLEAN,
    DATE,
    NUMBER,
    STRING,
    ContextType,
    ListType,
    Type,
    type_named,
    type_of,
)

__all__ = [
    "BOOLEAN", "DATE", "DIALECTS", "DUCKDB", "NUMBER", "SPARK", "STRING", "Compiled", "ContextType",
    "Dialect", "ListType", "NotCompilable", "Type", "compile_condition", "compile_model", "constant", "crossing",
    "emit", "from_sql", "quote", "sql_type", "type_named", "type_of",
]  # fmt: skip

DIALECTS = {"duckdb": DUCKDB, "spark": SPARK}
emit, quote, sql_type = DUCKDB.emit, DUCKDB.quote, DUCKDB.sql_type  # what the platform itself runs on
