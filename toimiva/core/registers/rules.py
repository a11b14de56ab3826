"""A contract's rules as Polars expressions: every cell of a delivery is checked at once, none row by row."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from toimiva.core.registers.contracts import FieldRule, Table

__all__ = ["broken_rules", "typed"]

_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
IDENTITY_CODE = r"^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{2}[-+YXWVUABCDEF]\d{3}[0-9A-FHJ-NPR-Y]$"
_TYPES = {"integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}


def typed(name: str, rule: FieldRule, given: pl.DataType) -> pl.Expr:
    """The field in its type; null where it cannot be read."""
    column = pl.col(name)
    if rule.type in ("string", "identity_code"):
        text = column.cast(pl.String).str.strip_chars()
        return pl.when(text == "").then(None).otherwise(text)
    if given == _TYPES[rule.type]:
        return column
    if rule.type == "boolean":
        return (
            column.cast(pl.String)
            .str.to_lowercase()
            .replace_strict(
                {"true": True, "false": False, "1": True, "0": False}, default=None, return_dtype=pl.Boolean
            )
        )
    if rule.type == "date":
        return column.cast(pl.String).str.strip_chars().str.to_date("%Y-%m-%d", strict=False)
    return column.cast(_TYPES[rule.type], strict=False)


def broken_rules(table: Table, given: pl.Schema) -> Iterator[tuple[str, str, pl.Expr]]:
    """(field, rule in words, expression that is true where the rule is broken) for a table's every rule."""
    for name, rule in table.fields.items():
        value = typed(name, rule, given[name])
        empty = pl.col(name).is_null() | (pl.col(name).cast(pl.String).str.strip_chars() == "")
        yield name, f"must be a {rule.type.replace('_', ' ')}", ~empty & value.is_null()
        if rule.required:
            yield name, "must not be empty", empty
        for words, holds in _value_rules(rule, value):
            yield name, words, value.is_not_null() & ~holds


def _value_rules(rule: FieldRule, value: pl.Expr) -> Iterator[tuple[str, pl.Expr]]:
    if rule.values is not None:
        yield f"must be one of {', '.join(rule.values)}", value.is_in(list(rule.values))
    if rule.pattern is not None:
        yield f"must fit the pattern {rule.pattern}", value.str.contains(rule.pattern)
    if rule.minimum is not None:
        yield f"must be at least {rule.minimum:g}", value >= rule.minimum
    if rule.maximum is not None:
        yield f"must be at most {rule.maximum:g}", value <= rule.maximum
    if rule.type == "identity_code":
        yield "must be a personal identity code with its right check character", _valid_code(value)


def _valid_code(code: pl.Expr) -> pl.Expr:
    digits = (code.str.slice(0, 6) + code.str.slice(7, 3)).cast(pl.Int64, strict=False)
    expected = (digits % 31).replace_strict(dict(enumerate(_CHECK)), default=None, return_dtype=pl.String)
    return code.str.contains(IDENTITY_CODE) & (expected == code.str.slice(10, 1)).fill_null(False)


def is_identity_code(text: str) -> bool:
    """Whether a text is a personal identity code with its right check character."""
    return bool(pl.DataFrame({"code": [text]}).select(_valid_code(pl.col("code"))).item())
