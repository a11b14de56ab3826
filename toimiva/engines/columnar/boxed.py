"""Boxed expressions, and the model's own functions written out where they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.lower import INPUT, lower, lower_tests, only_truth
from toimiva.engines.columnar.policies import may_count_several
from toimiva.engines.columnar.types import BOOLEAN, NULL, ContextType, ListType, Type, type_of, unify
from toimiva.engines.feel.api import ANY, FeelType, Node
from toimiva.engines.models.api import (
    BusinessKnowledge,
    Conditional,
    Context,
    DecisionTable,
    Expression,
    Invocation,
    ListExpression,
    LiteralExpression,
    Model,
    Rule,
    Typed,
)

__all__ = ["cells_of", "default_of", "functions_of", "hold_to", "lower_boxed", "row_of", "row_type"]


def lower_boxed(expression: Expression, scope: ir.Environment) -> ir.Node:
    """The expression in the intermediate form. Raises `NotCompilable`."""
    match expression:
        case LiteralExpression():
            return lower(expression.node, scope, expression.text)
        case Context():
            return _context(expression, scope)
        case ListExpression():
            items = [lower_boxed(item, scope) for item in expression.items]
            return ir.ListOf(tuple(items), ListType(row_type(items)))
        case Conditional():
            return _conditional(expression, scope)
        case Invocation():
            return _invocation(expression, scope)
        case DecisionTable():
            return _table(expression, scope)
        case Typed():
            value = lower_boxed(expression.expression, scope)
            hold_to(expression.type, value.type, "An expression")
            return value
    raise NotCompilable(f"A decision made by {type(expression).__name__} has no columnar form yet.")


def hold_to(declared: FeelType | None, kind: Type, what: str) -> None:
    """Refuse a value that the interpreter would convert, or make null, for its declared type."""
    if declared is not None and declared != ANY and kind != NULL and not _holds(type_of(declared), kind):
        raise NotCompilable(f"{what} is {kind}, and another type is declared.")


def _holds(declared: Type | None, kind: Type) -> bool:
    """Whether every value of a column type is of the declared type as it is."""
    match declared, kind:
        case None, _:
            return False
        case _, t if t == NULL:
            return True
        case ListType(item), ListType(other):
            return _holds(item, other)
        case ContextType(fields), ContextType():
            return all(_holds(part, kind.field(name) or NULL) and kind.field(name) is not None for name, part in fields)
    return declared == kind


def _context(context: Context, scope: ir.Environment) -> ir.Node:
    inner: dict[str, ir.Meaning] = dict(scope)
    fields: list[tuple[str, ir.Node]] = []
    for entry in context.entries:
        value = lower_boxed(entry.expression, inner)
        hold_to(entry.type, value.type, f"The entry {entry.name!r}")
        if entry.name is None:
            return value
        inner[entry.name] = value
        fields.append((entry.name, value))
    return ir.Struct(tuple(fields), ContextType(tuple((name, value.type) for name, value in fields)))


def _conditional(conditional: Conditional, scope: ir.Environment) -> ir.Node:
    parts = (conditional.condition, conditional.then, conditional.otherwise)
    condition, then, otherwise = (lower_boxed(part, scope) for part in parts)
    if condition.type not in (BOOLEAN, NULL):
        raise NotCompilable(f"A condition of {condition.type} is not a boolean.")
    return ir.Case(((condition, then),), otherwise, row_type([then, otherwise]))


def _invocation(invocation: Invocation, scope: ir.Environment) -> ir.Node:
    called = scope.get(invocation.function.text)
    if not isinstance(called, ir.Inlined):
        raise NotCompilable(f"{invocation.function.text!r} is not a function of the model.")
    return called.write({name: lower_boxed(value, scope) for name, value in invocation.bindings})


# --- functions


def functions_of(model: Model, names: Sequence[str], path: tuple[str, ...] = ()) -> dict[str, ir.Meaning]:
    """The knowledge models among these names; one that calls itself is left out, and so what uses it is refused."""
    own = [name for name in names if name in model.knowledge and name not in path]
    return {name: _function(model, model.knowledge[name], (*path, name)) for name in own}


def _function(model: Model, knowledge: BusinessKnowledge, path: tuple[str, ...]) -> ir.Inlined:
    inner = functions_of(model, knowledge.requires, path)
    parameters = knowledge.function.parameters

    def write(arguments: Mapping[str, ir.Node]) -> ir.Node:
        if arguments.keys() != {parameter.name for parameter in parameters}:
            raise NotCompilable(f"{knowledge.name!r} is called without all of its parameters.")
        for parameter in parameters:
            hold_to(parameter.type, arguments[parameter.name].type, f"The argument {parameter.name!r}")
        value = lower_boxed(knowledge.function.body, {**inner, **arguments})
        hold_to(knowledge.type, value.type, f"The result of {knowledge.name!r}")
        return value

    return ir.Inlined(tuple(parameter.name for parameter in parameters), write)


# --- decision tables


def _table(table: DecisionTable, scope: ir.Environment) -> ir.Node:
    """A table inside another expression: only where one rule counts at most."""
    if may_count_several(table) or table.hit_policy == "PRIORITY":
        raise NotCompilable("A table where several rules may count has a columnar form only as a decision of its own.")
    tested = [lower(clause.node, scope, clause.text) for clause in table.inputs]
    rows = [row_of(table, rule.outputs, scope) for rule in table.rules]
    default = default_of(table, scope) or ir.NullValue()
    kind = row_type([*rows, default])
    branches = []
    for rule, row in zip(table.rules, rows, strict=True):
        cells = tuple(cell for cell in cells_of(rule, tested, scope) if cell is not None)
        branches.append((ir.And(cells) if cells else ir.Literal(True, BOOLEAN), row))
    return ir.Case(tuple(branches), default, kind)


def cells_of(rule: Rule, tested: Sequence[ir.Node], scope: ir.Environment) -> list[ir.Node | None]:
    """A rule's cells as conditions of which only the truth counts; None for a cell that takes anything."""
    cells = zip(tested, rule.tests, rule.texts, strict=True)
    return [
        only_truth(lower_tests(test, {**scope, INPUT: value}, text)) if test.tests else None
        for value, test, text in cells
    ]


def row_of(table: DecisionTable, nodes: Sequence[Node], scope: ir.Environment) -> ir.Node:
    """A rule's outputs: the one value, or a context of them."""
    outputs = [lower(node, scope) for node in nodes]
    if len(outputs) == 1:
        return outputs[0]
    fields = tuple(zip([clause.name for clause in table.outputs], outputs, strict=True))
    return ir.Struct(fields, ContextType(tuple((name, node.type) for name, node in fields)))


def default_of(table: DecisionTable, scope: ir.Environment) -> ir.Node | None:
    """What the table gives where no rule hits, if it says."""
    defaults = [clause.default for clause in table.outputs]
    if not any(defaults):
        return None
    if not all(defaults):
        raise NotCompilable("A default for some outputs only has no columnar form.")
    return row_of(table, [default for default in defaults if default], scope)


def row_type(rows: Sequence[ir.Node]) -> Type:
    """The one type of all these; entry by entry for contexts, as a rule may leave an entry null."""
    kind: Type = NULL
    for row in rows:
        unified = _unify_rows(kind, row.type)
        if unified is None:
            raise NotCompilable("The values are of different types.")
        kind = unified
    return kind


def _unify_rows(left: Type, right: Type) -> Type | None:
    if not (isinstance(left, ContextType) and isinstance(right, ContextType)):
        return unify(left, right)
    if [name for name, _ in left.fields] != [name for name, _ in right.fields]:
        return None
    entries = [(name, unify(a, b)) for (name, a), (_, b) in zip(left.fields, right.fields, strict=True)]
    known = tuple((name, kind) for name, kind in entries if kind is not None)
    return ContextType(known) if len(known) == len(entries) else None
