"""The intermediate form as SQL: what is the same in every dialect. A dialect is a subclass in a module of its own."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.types import MOMENT, NULL, NUMBER, TIME, ContextType, ListType, Type
from toimiva.engines.feel.values import YearsMonths

__all__ = ["Dialect"]

TIMES = {TIME, MOMENT}


class Dialect(ABC):
    """How one database writes the nodes. Numbers are DECIMAL(28,6): exact; an overflow is an error, never a wrap."""

    name: ClassVar[str]
    type_names: ClassVar[Mapping[Type, str]]
    functions: ClassVar[Mapping[str, str]]  # FEEL's name, and how it is written with its arguments
    date_parts: ClassVar[Mapping[str, str]]
    settings: ClassVar[Mapping[str, str]] = {}  # what a session must have set for the numbers to be exact

    # --- names and types

    @abstractmethod
    def quote(self, name: str) -> str:
        """An identifier."""

    @abstractmethod
    def list_type(self, item: str) -> str:
        """The type of a list of a type."""

    @abstractmethod
    def struct_type(self, fields: Sequence[tuple[str, str]]) -> str:
        """The type of a context, from names that are quoted and their types."""

    @abstractmethod
    def mark(self, name: str) -> str:
        """Where a dated parameter is bound."""

    def sql_type(self, kind: Type) -> str:
        """The type of a FEEL type. Raises `NotCompilable` for one that the database has not."""
        match kind:
            case ListType(item):
                return self.list_type(self.sql_type(item))
            case ContextType(fields):
                return self.struct_type([(self.quote(name), self.sql_type(field)) for name, field in fields])
        if kind not in self.type_names:
            raise NotCompilable(f"{self.name} has no type for a {kind}.")
        return self.type_names[kind]

    @staticmethod
    def parameter_name(name: str) -> str:
        """A dated parameter's name as SQL takes it."""
        return "".join(c if c.isalnum() else "_" for c in name)

    def cast(self, sql: str, kind: Type) -> str:
        """A value in a type."""
        return f"CAST({sql} AS {self.sql_type(kind)})"

    def null(self, kind: Type) -> str:
        """null, in a type where it has one."""
        return "NULL" if kind == NULL else self.cast("NULL", kind)

    # --- nodes

    def emit(self, node: ir.Node) -> str:
        """The node as an expression."""
        written: str = getattr(self, _METHODS[type(node)])(node)
        return written

    def full_width(self, node: ir.Node) -> str:
        """A number in the width of a column: a literal alone would be a narrow one, whose sum overflows early."""
        narrow = node.type == NUMBER and ir.written_out(node)
        return self.cast(self.emit(node), NUMBER) if narrow else self.emit(node)

    def kept(self, node: ir.Node) -> str:
        """A value that goes into a list, a context or a table's column. Refuses what would be rounded there."""
        if node.type == NUMBER and ir.decimals(node) > ir.COLUMN_DECIMALS:
            raise NotCompilable("A product may have more decimals than a column of numbers.")
        return self.emit(node)

    def _name(self, node: ir.Column | ir.Variable) -> str:
        return self.quote(node.name)

    def _literal(self, node: ir.Literal) -> str:
        match node.value:
            case bool():
                return "true" if node.value else "false"
            case Decimal():
                return f"{node.value:f}"
            case str():
                return self.text(node.value)
            case dt.datetime():
                return f"{self.type_names[MOMENT]} '{node.value.isoformat(' ')}'"
            case dt.time():
                return f"{self.sql_type(TIME)} '{node.value.isoformat()}'"
            case dt.date():
                return f"DATE '{node.value.isoformat()}'"
            case YearsMonths():
                return str(node.value.months)
            case dt.timedelta():
                return self.elapsed_time(node.value)
        raise TypeError(f"no SQL for {node.value!r}")

    @abstractmethod
    def text(self, value: str) -> str:
        """A text literal."""

    @abstractmethod
    def elapsed_time(self, value: dt.timedelta) -> str:
        """A days and time duration."""

    def _parameter(self, node: ir.Parameter) -> str:
        return self.cast(self.mark(self.parameter_name(node.name)), node.type)

    def _null(self, node: ir.NullValue) -> str:
        return self.null(node.type)

    def _field(self, node: ir.Field) -> str:
        return f"{self.emit(node.source)}.{self.quote(node.name)}"

    def _compare(self, node: ir.Compare) -> str:
        return f"({self.emit(node.left)} {node.op} {self.emit(node.right)})"

    def _same(self, node: ir.Same) -> str:
        """Moments and times are equal to the second, as FEEL has them (DMN 1.5, table 53)."""
        left, right = self.emit(node.left), self.emit(node.right)
        if TIMES & {node.left.type, node.right.type}:
            left, right = self.to_the_second(left), self.to_the_second(right)
        return f"({left} IS NOT DISTINCT FROM {right})"

    @abstractmethod
    def to_the_second(self, sql: str) -> str:
        """A time or moment without what is shorter than a second."""

    def _and(self, node: ir.And) -> str:
        return "(" + " AND ".join(map(self.emit, node.items)) + ")"

    def _or(self, node: ir.Or) -> str:
        return "(" + " OR ".join(map(self.emit, node.items)) + ")"

    def _not(self, node: ir.Not) -> str:
        return f"(NOT {self.emit(node.operand)})"

    def _is_null(self, node: ir.IsNull) -> str:
        return f"({self.emit(node.operand)} IS NULL)"

    def _arithmetic(self, node: ir.Arithmetic) -> str:
        return f"({self.full_width(node.left)} {node.op} {self.full_width(node.right)})"

    def _negate(self, node: ir.Negate) -> str:
        return f"(-{self.emit(node.operand)})"

    @abstractmethod
    def _truncate(self, node: ir.Truncate) -> str: ...

    @abstractmethod
    def _add_months(self, node: ir.AddMonths) -> str: ...

    @abstractmethod
    def _add_days(self, node: ir.AddDays) -> str: ...

    @abstractmethod
    def _elapsed(self, node: ir.Elapsed) -> str: ...

    def _date_part(self, node: ir.DatePart) -> str:
        return self.date_parts.get(node.part, node.part + "({})").format(self.emit(node.day))

    def _make_date(self, node: ir.MakeDate) -> str:
        """Null for a day that does not exist, as FEEL has it."""
        parts = ", ".join(f"CAST({self.emit(part)} AS INTEGER)" for part in (node.year, node.month, node.day))
        return f"try_cast(printf('%04d-%02d-%02d', {parts}) AS DATE)"

    def _months_between(self, node: ir.MonthsBetween) -> str:
        """Full months, spelt out: databases treat a month's last day as a full month, FEEL does not."""
        start, end = self.emit(node.start), self.emit(node.end)
        return f"(CASE WHEN {end} < {start} THEN -({_full_months(end, start)}) ELSE {_full_months(start, end)} END)"

    def _case(self, node: ir.Case) -> str:
        branches = " ".join(f"WHEN {self.emit(test)} THEN {self.emit(value)}" for test, value in node.branches)
        return f"CASE {branches} ELSE {self.emit(node.otherwise)} END"

    def _function(self, node: ir.Function) -> str:
        return self.functions[node.name].format(*map(self.emit, node.arguments))

    # --- lists and contexts

    @abstractmethod
    def array(self, items: Sequence[str]) -> str:
        """A list of values that are written already."""

    @abstractmethod
    def total(self, aggregation: str, items: str) -> str:
        """SUM, MIN or MAX of a list of numbers: nulls are left out, and an empty list gives null."""

    @abstractmethod
    def without(self, columns: Sequence[str]) -> str:
        """What to select for every column but these, which are quoted."""

    def _list_of(self, node: ir.ListOf) -> str:
        return self.cast(self.array([self.kept(item) for item in node.items]), node.type)

    @abstractmethod
    def _struct(self, node: ir.Struct) -> str: ...

    @abstractmethod
    def _count(self, node: ir.Count) -> str: ...

    @abstractmethod
    def _some(self, node: ir.Some) -> str: ...

    @abstractmethod
    def _every(self, node: ir.Every) -> str: ...

    @abstractmethod
    def _keep_if(self, node: ir.KeepIf) -> str: ...

    @abstractmethod
    def _map_list(self, node: ir.MapList) -> str: ...

    @abstractmethod
    def _at_position(self, node: ir.AtPosition) -> str: ...


def _full_months(start: str, end: str) -> str:
    months = f"(year({end}) - year({start})) * 12 + month({end}) - month({start})"
    return f"{months} - CASE WHEN day({end}) < day({start}) THEN 1 ELSE 0 END"


_METHODS: dict[type, str] = {
    ir.Column: "_name", ir.Variable: "_name", ir.Literal: "_literal", ir.Parameter: "_parameter",
    ir.NullValue: "_null", ir.Field: "_field", ir.Compare: "_compare", ir.Same: "_same", ir.And: "_and", ir.Or: "_or",
    ir.Not: "_not", ir.IsNull: "_is_null", ir.Arithmetic: "_arithmetic", ir.Negate: "_negate",
    ir.Truncate: "_truncate", ir.AddMonths: "_add_months", ir.AddDays: "_add_days", ir.Elapsed: "_elapsed",
    ir.DatePart: "_date_part", ir.MakeDate: "_make_date", ir.MonthsBetween: "_months_between", ir.Case: "_case",
    ir.Function: "_function", ir.ListOf: "_list_of", ir.Struct: "_struct", ir.Count: "_count", ir.Some: "_some",
    ir.Every: "_every", ir.KeepIf: "_keep_if", ir.MapList: "_map_list", ir.AtPosition: "_at_position",
}  # fmt: skip
