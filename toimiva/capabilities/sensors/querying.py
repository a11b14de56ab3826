"""From a query's tree to SQL, by the ORM's expressions: nothing of a query is evaluated in Python.

Each part of a filter has a kind (text, number, instant, ...), and operators take kinds that go together. Times that may
be intervals are compared as `moments` says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import (
    BooleanField,
    DateTimeField,
    DurationField,
    Expression,
    F,
    FloatField,
    Q,
    TextField,
    Value,
)
from django.db.models import functions as f
from django.db.models.expressions import CombinedExpression, ExpressionWrapper
from django.db.models.lookups import IsNull

from toimiva.capabilities.sensors.functions import call
from toimiva.capabilities.sensors.json_places import JsonNumber, JsonText
from toimiva.capabilities.sensors.moments import related
from toimiva.capabilities.sensors.parts import Part, as_condition, as_number, as_text, as_truth, compared, expression
from toimiva.capabilities.sensors.schema import ENTITIES, Entity, Property
from toimiva.engines.odata import ast
from toimiva.engines.odata.api import Binary, Call, Literal, Node, Order, Path, QueryError, Unary

__all__ = ["condition", "crosses_many", "ordering"]


def condition(entity: Entity, node: Node) -> Any:
    """A filter as a condition of the ORM. Raises QueryError for what the entity has not or kinds that do not go."""
    return as_condition(_Compiler(entity).part(node))


def ordering(entity: Entity, orders: Sequence[Order]) -> list[Any]:
    """An order as the ORM takes it, with the id as its last word, in the direction of the word before."""
    compiler, found = _Compiler(entity), []
    for order in orders:
        if crosses_many(entity, order.by):
            raise QueryError("One cannot order by what there are many of.")
        for sql in _ordered(compiler.part(order.by)):
            found.append(_directed(entity, sql, order.descending))
    return [*found, "-id" if orders and orders[-1].descending else "id"]


def _directed(entity: Entity, sql: Any, descending: bool) -> Any:
    """Nulls before all values; a column without them is ordered plainly, as its index is."""
    name = getattr(sql, "name", "") if isinstance(sql, F) else ""
    plain = name and "__" not in name and not entity.model._meta.get_field(name).null
    if plain:
        return sql.desc() if descending else sql.asc()
    return sql.desc(nulls_last=True) if descending else sql.asc(nulls_first=True)


def _ordered(part: Part) -> list[Any]:
    """By what a part is ordered, a result by its numbers, then its texts. Raises QueryError for what has no order."""
    if part.kind == "result":
        return [F(f"{part.sql}{name}") for name in ("result_number", "result_text")]
    if part.kind == "json":
        return [JsonNumber(part.sql.column, part.sql.keys), part.sql]
    if not isinstance(part.sql, Expression | F) or isinstance(part.sql, Value):
        raise QueryError("Order by a property, or by a function of one.")
    return [part.sql]


def crosses_many(entity: Entity, node: Node) -> bool:
    """Whether a query looks through a navigation to many, by which a row could be found more than once."""
    match node:
        case Path(parts):
            for name in parts:
                if name not in entity.navigations:
                    return False
                if entity.navigations[name].many:
                    return True
                entity = ENTITIES[entity.navigations[name].target]
            return False
        case Unary(_, operand):
            return crosses_many(entity, operand)
        case Binary(_, left, right):
            return crosses_many(entity, left) or crosses_many(entity, right)
        case Call(_, arguments):
            return any(crosses_many(entity, argument) for argument in arguments)
    return False


class _Compiler:
    """`two_valued` is set below a `not`: a comparison with nothing is false there, so that its negation is true; but
    not of times, see `_of_time`."""

    def __init__(self, entity: Entity, *, two_valued: bool = False) -> None:
        self.entity, self.two_valued = entity, two_valued

    def part(self, node: Node) -> Part:
        """Any node."""
        match node:
            case Literal():
                return _literal(node.value)
            case Path():
                return self._path(node.parts)
            case Unary("not", operand):
                return Part("boolean", ~as_condition(_Compiler(self.entity, two_valued=True).part(operand)))
            case Unary(_, operand):
                return Part("number", -1 * as_number(self.part(operand)))
            case Binary("and" | "or" as word, left, right):
                one, other = as_condition(self.part(left)), as_condition(self.part(right))
                return Part("boolean", one & other if word == "and" else one | other)
            case Binary(operator, left, right) if operator in _ARITHMETIC:
                return _arithmetic(operator, self.part(left), self.part(right))
            case Binary(operator, left, right):
                one, other = self.part(left), self.part(right)
                found = _compare(operator, one, other)
                return Part("boolean", _true_or_false(found) if self.two_valued and not _of_time(one) else found)
            case Call():
                return call(node.name, [self.part(argument) for argument in node.arguments])
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
    if found.kind in ("object", "json", "list", "geometry", "encoded") and below:
        return Part("json", JsonText(f"{column}{found.field}", below))
    if found.kind == "result" and below:
        return Part("json", JsonText(f"{column}result_json", below))
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
        case "json":
            return Part("json", JsonText(f"{column}{found.field}"))
        case "encoded":
            return Part("geometry", sql)
        case kind:
            return Part(kind, sql)


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


_ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%%"}


def _arithmetic(operator: str, left: Part, right: Part) -> Part:
    if left.kind in ("instant", "interval") and operator in ("add", "sub"):
        return _of_durations(operator, left, right)
    one, other = as_number(left), as_number(right)
    wrapped = CombinedExpression(expression(one), _ARITHMETIC[operator], expression(other), output_field=FloatField())
    return Part("number", wrapped if operator != "mod" else f.Mod(one, other, output_field=FloatField()))


def _of_durations(operator: str, left: Part, right: Part) -> Part:
    """A time moved by a duration, an interval with both its ends; or how long it is from one time to another."""
    if right.kind in ("instant", "interval") and operator == "sub":
        return Part("duration", ExpressionWrapper(left.sql - right.sql, DurationField()))
    if right.kind != "duration":
        raise QueryError(f"A duration is needed where a {right.kind} stands.")
    ends = [
        None
        if end is None
        else ExpressionWrapper(end + right.sql if operator == "add" else end - right.sql, DateTimeField())
        for end in (left.sql, left.end)
    ]
    return Part(left.kind, *ends)


_LOOKUPS = {"eq": "exact", "lt": "lt", "le": "lte", "gt": "gt", "ge": "gte"}


def _compare(operator: str, left: Part, right: Part) -> Q:
    if operator != "ne" and operator not in _LOOKUPS:
        raise QueryError(f"There is no operator {operator!r}.")
    if left.kind == "null" or right.kind == "null":
        return _null(operator, right if left.kind == "null" else left)
    if operator != "ne" and "interval" in (left.kind, right.kind):
        return related(operator, left, right)
    if operator == "ne":
        same = _compare("eq", left, right)
        return ~same if _of_time(left) else ~_true_or_false(same)
    return compared(_LOOKUPS[operator], *_same(left, right))


def _of_time(part: Part) -> bool:
    """Whether `ne` leaves out what has no such time: OGC's kit (ets-sta10) reads the time of all that it finds."""
    return part.kind in ("instant", "interval", "date", "time")


def _true_or_false(found: Q) -> Q:
    """A comparison that is false where an operand is null, as OData has it (4.0 part 2, 5.1.1.1), and not unknown."""
    return Q(f.Coalesce(ExpressionWrapper(found, BooleanField()), Value(False)))


def _null(operator: str, part: Part) -> Q:
    if operator not in ("eq", "ne"):
        raise QueryError("null is only equal or not equal.")
    if part.kind == "result":
        nothing = Q(**{f"{part.sql}{name}__isnull": True for name in ("result_number", "result_text", "result_json")})
    elif isinstance(part.sql, F):
        nothing = Q(IsNull(part.sql, True))
    else:
        nothing = Q(IsNull(expression(part.sql), True))
    return nothing if operator == "eq" else ~nothing


def _same(left: Part, right: Part) -> tuple[Any, Any]:
    """Both as the kind in which they are compared. Raises QueryError for two that do not go together."""
    kinds = {left.kind, right.kind}
    if kinds == {"boolean", "json"} or kinds == {"boolean"}:
        return as_truth(left), as_truth(right)
    if "number" in kinds or kinds == {"result"}:
        return as_number(left), as_number(right)
    if "text" in kinds or kinds <= {"json", "result"}:
        return as_text(left), as_text(right)
    if len(kinds) == 1 and kinds <= {"instant", "date", "time", "duration"}:
        return left.sql, right.sql
    raise QueryError(f"A {left.kind} and a {right.kind} are not compared.")
