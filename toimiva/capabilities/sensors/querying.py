"""From a query's tree to SQL, by the ORM's expressions: nothing of a query is evaluated in Python.

Each part of a filter has a kind (text, number, instant, ...), and operators take kinds that go together. Times that may
be intervals are compared as the standard's functions before, after and during say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    DurationField,
    Expression,
    F,
    FloatField,
    IntegerField,
    Q,
    TextField,
    Value,
)
from django.db.models import functions as f
from django.db.models.expressions import CombinedExpression, ExpressionWrapper
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from toimiva.capabilities.sensors.geometry import spatial
from toimiva.capabilities.sensors.schema import ENTITIES, Entity, Property
from toimiva.capabilities.sensors.seconds import Seconds
from toimiva.engines.odata import ast
from toimiva.engines.odata.api import Binary, Call, Literal, Node, Order, Path, QueryError, Unary

__all__ = ["condition", "ordering"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a query as SQL: its kind, the expression, and the end where it is an interval.

    kinds: text, number, boolean, instant, interval, time, date, duration, geometry, json, result, null.
    """

    kind: str
    sql: Any
    end: Any = None


def condition(entity: Entity, node: Node) -> Any:
    """A filter as a condition of the ORM. Raises QueryError for what the entity has not or kinds that do not go."""
    return _boolean(_Compiler(entity).part(node))


def ordering(entity: Entity, orders: Sequence[Order]) -> list[Any]:
    """An order as the ORM takes it, with the id as its last word."""
    compiler, found = _Compiler(entity), []
    for order in orders:
        part = compiler.part(order.by)
        sql = F("result_number") if part.kind == "result" else part.sql
        wrapped = sql if isinstance(sql, Expression | F) else Value(sql)
        found.append(wrapped.desc(nulls_last=True) if order.descending else wrapped.asc(nulls_first=True))
        if part.kind == "result":
            text = F("result_text")
            found.append(text.desc(nulls_last=True) if order.descending else text.asc(nulls_first=True))
    return [*found, "id"]


def _boolean(part: Part) -> Any:
    if part.kind == "boolean":
        return part.sql if isinstance(part.sql, Q) else Q(ExpressionWrapper(part.sql, BooleanField()))
    raise QueryError(f"A condition is needed where a {part.kind} stands.")


class _Compiler:
    def __init__(self, entity: Entity) -> None:
        self.entity = entity

    def part(self, node: Node) -> Part:
        """Any node."""
        match node:
            case Literal():
                return _literal(node.value)
            case Path():
                return self._path(node.parts)
            case Unary("not", operand):
                return Part("boolean", ~_boolean(self.part(operand)))
            case Unary(_, operand):
                return Part("number", -1 * _number(self.part(operand)))
            case Binary("and" | "or" as word, left, right):
                one, other = _boolean(self.part(left)), _boolean(self.part(right))
                return Part("boolean", one & other if word == "and" else one | other)
            case Binary(operator, left, right) if operator in _ARITHMETIC:
                return _arithmetic(operator, self.part(left), self.part(right))
            case Binary(operator, left, right):
                return Part("boolean", _compare(operator, self.part(left), self.part(right)))
            case Call():
                return _call(node.name, [self.part(argument) for argument in node.arguments])
        raise QueryError("This cannot be read.")

    def _path(self, parts: tuple[str, ...]) -> Part:
        """A property through navigations, and into JSON below it."""
        entity, column = self.entity, ""
        for place, name in enumerate(parts):
            if name in entity.navigations:
                navigation = entity.navigations[name]
                entity, column = ENTITIES[navigation.target], f"{column}{navigation.column}__"
                continue
            if name in ("id", "@iot.id"):
                return Part("number", F(f"{column}id"))
            if name not in entity.properties:
                raise QueryError(f"{entity.name} has no property {name!r}; it has {', '.join(entity.properties)}.")
            return _property(entity.properties[name], column, parts[place + 1 :])
        raise QueryError(f"{'/'.join(parts)} is an entity, not a property.")


def _property(found: Property, column: str, below: tuple[str, ...]) -> Part:
    sql = F(f"{column}{found.field}")
    if found.kind in ("object", "json", "geometry") and below:
        return Part("json", _below(f"{column}{found.field}", below))
    if below:
        raise QueryError(f"There is nothing below {found.field}.")
    match found.kind:
        case "text":
            return Part("text", sql)
        case "instant":
            return Part("instant", sql)
        case "time":
            return Part("interval", sql, F(f"{column}{found.field}_end"))
        case "result":
            return Part("result", column)
        case kind:
            return Part(kind, sql)


def _below(field: str, keys: tuple[str, ...]) -> Any:
    found: Any = F(field)
    for key in keys:
        found = KeyTextTransform(key, found)
    return found


def _literal(value: ast.Value) -> Part:
    match value:
        case None:
            return Part("null", None)
        case bool():
            return Part("boolean", Q(Value(value, BooleanField())))
        case int() | float():
            return Part("number", Value(float(value), FloatField()))
        case str():
            return Part("text", Value(value, TextField()))
        case dt.datetime():
            return Part("instant", Value(value, DateTimeField()))
        case ast.Interval():
            return Part("interval", Value(value.start, DateTimeField()), Value(value.end, DateTimeField()))
        case dt.timedelta():
            return Part("duration", Value(value, DurationField()))
        case ast.WellKnownText():
            return Part("geometry", Value(value.text, TextField()))
        case dt.date():
            return Part("date", Value(value))
    return Part("time", Value(value))


def _number(part: Part) -> Any:
    if part.kind == "number":
        return part.sql
    if part.kind == "result":
        return F(f"{part.sql}result_number")
    if part.kind == "json":
        return Cast(part.sql, FloatField())
    raise QueryError(f"A number is needed where a {part.kind} stands.")


def _text(part: Part) -> Any:
    if part.kind in ("text", "json"):
        return part.sql
    if part.kind == "result":
        return F(f"{part.sql}result_text")
    raise QueryError(f"A text is needed where a {part.kind} stands.")


def _instant(part: Part) -> Any:
    if part.kind in ("instant", "interval"):
        return part.sql
    raise QueryError(f"A time is needed where a {part.kind} stands.")


_ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%%"}


def _arithmetic(operator: str, left: Part, right: Part) -> Part:
    if operator in ("add", "sub") and right.kind == "duration" and left.kind in ("instant", "interval"):
        sql = left.sql + right.sql if operator == "add" else left.sql - right.sql
        return Part("instant", ExpressionWrapper(sql, DateTimeField()))
    one, other = _number(left), _number(right)
    wrapped = CombinedExpression(_expression(one), _ARITHMETIC[operator], _expression(other), output_field=FloatField())
    return Part("number", wrapped if operator != "mod" else f.Mod(one, other, output_field=FloatField()))


def _expression(sql: Any) -> Any:
    return sql if hasattr(sql, "resolve_expression") else Value(sql)


_LOOKUPS = {"eq": "exact", "lt": "lt", "le": "lte", "gt": "gt", "ge": "gte"}
_COMPARING: Mapping[str, Any] = {
    "exact": Exact, "gt": GreaterThan, "gte": GreaterThanOrEqual, "lt": LessThan, "lte": LessThanOrEqual,
}  # fmt: skip


def _compare(operator: str, left: Part, right: Part) -> Q:
    if operator != "ne" and operator not in _LOOKUPS:
        raise QueryError(f"There is no operator {operator!r}.")
    if left.kind == "null" or right.kind == "null":
        return _null(operator, right if left.kind == "null" else left)
    if "interval" in (left.kind, right.kind):
        return _of_times(operator, left, right)
    one, other = _same(left, right)
    if operator == "ne":
        return ~_is("exact", one, other)
    return _is(_LOOKUPS[operator], one, other)


def _is(lookup: str, one: Any, other: Any) -> Q:
    return Q(_COMPARING[lookup](_expression(one), _expression(other)))


def _null(operator: str, part: Part) -> Q:
    if operator not in ("eq", "ne"):
        raise QueryError("null is only equal or not equal.")
    if part.kind == "result":
        nothing = Q(**{f"{part.sql}{name}__isnull": True for name in ("result_number", "result_text", "result_json")})
    elif isinstance(part.sql, F):
        nothing = Q(IsNull(part.sql, True))
    else:
        nothing = Q(IsNull(_expression(part.sql), True))
    return nothing if operator == "eq" else ~nothing


def _same(left: Part, right: Part) -> tuple[Any, Any]:
    """Both as the kind in which they are compared. Raises QueryError for two that do not go together."""
    kinds = {left.kind, right.kind}
    if "boolean" in kinds and kinds & {"json", "result"}:
        raise QueryError("true and false are compared with conditions only.")
    if "number" in kinds or kinds == {"result"}:
        return _number(left), _number(right)
    if "text" in kinds or kinds <= {"json", "result"}:
        return _text(left), _text(right)
    if len(kinds) == 1 and kinds <= {"instant", "date", "time", "duration"}:
        return left.sql, right.sql
    if kinds == {"boolean"}:
        return tuple(f.Cast(_boolean(part), BooleanField()) for part in (left, right))  # type: ignore[return-value]
    raise QueryError(f"A {left.kind} and a {right.kind} are not compared.")


def _of_times(operator: str, left: Part, right: Part) -> Q:
    """Instants and intervals: before is wholly before, equal has both ends."""
    for part in (left, right):
        _instant(part)
    starts, ends = (
        (left.sql, right.sql),
        tuple(f.Coalesce(p.end, p.sql) if p.end is not None else p.sql for p in (left, right)),
    )
    match operator:
        case "eq" | "ne":
            same = _is("exact", *starts) & _is("exact", *ends)
            return same if operator == "eq" else ~same
        case "lt":
            return _is("lt", ends[0], starts[1])
        case "le":
            return _is("lte", ends[0], starts[1] if right.end is None else ends[1]) & _is("lte", *starts)
        case "gt":
            return _is("gt", starts[0], ends[1])
    return _is("gte", starts[0], ends[1] if right.end is None else starts[1]) & _is("gte", *ends)


def _end(part: Part) -> Any:
    """The end of an interval, or the instant itself."""
    return part.sql if part.end is None else f.Coalesce(part.end, part.sql)


def _call(name: str, given: list[Part]) -> Part:
    if name not in _FUNCTIONS:
        raise QueryError(f"There is no function {name!r}; use {', '.join(sorted(_FUNCTIONS))}.")
    counts, does = _FUNCTIONS[name]
    if len(given) not in counts:
        raise QueryError(f"{name} takes {' or '.join(map(str, counts))} arguments, not {len(given)}.")
    return does(*given)


def _text_function(how: Callable[..., Any]) -> Callable[..., Part]:
    return lambda *given: Part("text", how(*map(_text, given)))


def _condition_function(name: str, turned: bool = False) -> Callable[[Part, Part], Part]:
    def does(one: Part, other: Part) -> Part:
        whole, piece = (_text(other), _text(one)) if turned else (_text(one), _text(other))
        length = f.Length(_expression(piece))
        places = {
            "contains": lambda: _is("gt", f.StrIndex(_expression(whole), _expression(piece)), Value(0)),
            "startswith": lambda: _is("exact", f.Left(_expression(whole), length), piece),
            "endswith": lambda: _is("exact", f.Right(_expression(whole), length), piece),
        }
        return Part("boolean", places[name]())

    return does


def _concat(one: Any, other: Any) -> Any:
    return f.Concat(_expression(one), _expression(other), output_field=CharField())


def _substring(text: Part, start: Part, length: Part | None = None) -> Part:
    begin = Cast(_number(start), IntegerField()) + 1
    size = Cast(_number(length), IntegerField()) if length else None
    return Part("text", f.Substr(_expression(_text(text)), begin, size))


def _index_of(text: Part, piece: Part) -> Part:
    place = f.StrIndex(_expression(_text(text)), _expression(_text(piece))) - 1
    return Part("number", Cast(place, FloatField()))


def _extract(part: str) -> Callable[[Part], Part]:
    def does(time: Part) -> Part:
        taken = f.Extract(_expression(_instant(time)), part, tzinfo=dt.UTC)
        return Part("number", Cast(taken, FloatField()))

    return does


def _fraction(time: Part) -> Part:
    moment = _expression(_instant(time))
    whole = f.Trunc(moment, "second", output_field=DateTimeField(), tzinfo=dt.UTC)
    length = ExpressionWrapper(moment - whole, DurationField())
    return Part("number", _seconds(length))


def _seconds(length: Any) -> Any:
    return Seconds(length)


def _now() -> Part:
    return Part("instant", Value(dt.datetime.now(dt.UTC), DateTimeField()))


def _of_time(lookup: str) -> Callable[[Part, Part], Part]:
    """before, after, meets, during, overlaps, starts, finishes (OGC 18-088, table 25; ISO 19108)."""

    def does(one: Part, other: Part) -> Part:
        for part in (one, other):
            _instant(part)
        (start, end), (first, last) = (one.sql, _end(one)), (other.sql, _end(other))
        found = {
            "before": lambda: _is("lt", end, first),
            "after": lambda: _is("gt", start, last),
            "meets": lambda: _is("exact", end, first) | _is("exact", last, start),
            "during": lambda: _is("gte", start, first) & _is("lte", end, last),
            "overlaps": lambda: _is("lt", start, last) & _is("gt", end, first),
            "starts": lambda: _is("exact", start, first),
            "finishes": lambda: _is("exact", end, last),
        }
        return Part("boolean", found[lookup]())

    return does


def _rounding(how: Callable[..., Any]) -> Callable[[Part], Part]:
    return lambda part: Part("number", how(_expression(_number(part)), output_field=FloatField()))


_FIRST, _LAST = dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
_TIMES = ("before", "after", "meets", "during", "overlaps", "starts", "finishes")
_FUNCTIONS: Mapping[str, tuple[tuple[int, ...], Callable[..., Part]]] = {
    "substringof": ((2,), _condition_function("contains", turned=True)),
    "contains": ((2,), _condition_function("contains")),
    "startswith": ((2,), _condition_function("startswith")),
    "endswith": ((2,), _condition_function("endswith")),
    "length": ((1,), lambda text: Part("number", Cast(f.Length(_expression(_text(text))), FloatField()))),
    "indexof": ((2,), _index_of),
    "substring": ((2, 3), _substring),
    "tolower": ((1,), _text_function(lambda text: f.Lower(_expression(text)))),
    "toupper": ((1,), _text_function(lambda text: f.Upper(_expression(text)))),
    "trim": ((1,), _text_function(lambda text: f.Trim(_expression(text)))),
    "concat": ((2,), _text_function(_concat)),
    **{name: ((1,), _extract(name)) for name in ("year", "month", "day", "hour", "minute", "second")},
    "fractionalseconds": ((1,), _fraction),
    "date": ((1,), lambda time: Part("date", f.TruncDate(_expression(_instant(time)), tzinfo=dt.UTC))),
    "time": ((1,), lambda time: Part("time", f.TruncTime(_expression(_instant(time)), tzinfo=dt.UTC))),
    "totaloffsetminutes": ((1,), lambda time: Part("number", Value(0.0, FloatField()))),
    "now": ((0,), _now),
    "mindatetime": ((0,), lambda: Part("instant", Value(_FIRST, DateTimeField()))),
    "maxdatetime": ((0,), lambda: Part("instant", Value(_LAST, DateTimeField()))),
    "round": ((1,), _rounding(f.Round)), "floor": ((1,), _rounding(f.Floor)), "ceiling": ((1,), _rounding(f.Ceil)),
    **{name: ((2,), _of_time(name)) for name in _TIMES},
    **{name: (counts, spatial(name, Part)) for name, counts in (
        ("geo.distance", (2,)), ("geo.length", (1,)), ("geo.intersects", (2,)), ("st_equals", (2,)),
        ("st_disjoint", (2,)), ("st_touches", (2,)), ("st_within", (2,)), ("st_overlaps", (2,)), ("st_crosses", (2,)),
        ("st_intersects", (2,)), ("st_contains", (2,)), ("st_relate", (3,)),
    )},
}  # fmt: skip
