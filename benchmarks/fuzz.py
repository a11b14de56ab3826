"""Random FEEL and DMN: every text is read or refused with a place, every evaluation ends, nothing crashes.

A seed is printed with the line of the table; the first input that crashes is printed as it is.
"""

from __future__ import annotations

import copy
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.row import Row
from toimiva.engines.feel.api import (
    BUILTINS,
    FeelError,
    FeelSyntaxError,
    Node,
    Run,
    Scope,
    number,
    parse,
    parse_unary_tests,
    prepare,
)
from toimiva.engines.models.api import Decider, DmnError, load

__all__ = ["measure"]

TEXTS, MODELS, SEED = 950_000, 50_000, 1
SLOWEST = 5.0  # seconds for one input
WORDS = ["1", "0", "2.5", "-3", "1e30", ".5", '"a"', '""', '"2021-02-29"', '@"2021-02-28"', '@"P1Y"', '@"PT1H"', '@"10:00:00+02:00"', "true", "false", "null", "x", "y", "item", "partial", "?", "+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "(", ")", "[", "]", "{", "}", ",", "..", ".", ":", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between", "instance", "of", "number", "string", "list<number>", "function", "(", "x", ")", "x"]  # fmt: skip
PIECES = (*WORDS, *BUILTINS, *(f"{name}(" for name in BUILTINS), ")", ")", "]", ",")
LEAVES = (
    "1", "0", "-2.5", "1e30", '"a"', '""', '@"2021-02-28"', '@"P1Y"', '@"PT1H"', '@"10:00:00+02:00"', "true", "null", "x", "y", "[]",
    '@"-99999-01-01T00:00:00"', "[1..3]", "item", "abs",
)  # fmt: skip
SHAPES = (
    "({a} {op} {b})", "({a} {op} {b})", "{f}({a})", "{f}({a}, {b})", "{f}({a}, {b}, {c})", "[{a}, {b}]", "{a}[{b}]", "{{a: {a}, b: {b}}}.b",
    "if {a} then {b} else {c}", "(for i in {a} return {b})", "(some i in {a} satisfies {b})", "({a} between {b} and {c})",
    "({a} in ({b}, {c}))", "(function(x, y) {a})({b}, {c})", "({a} instance of number)", "{a}.start", "-{a}", "({a} in [{b}..{c}))",
)  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", ">=", "and", "or")
SEEDS = (
    "for i in 1..9 return i * i", "some x in [1, 2] satisfies x > 1", "[1, 2, 3][item > 1]", "{a: 1, b: a + 1}.b",
    "if x > 1 then \"a\" else \"b\"", "date(\"2021-02-28\") + duration(\"P1M\")", "sort([3, 1], function(a, b) a < b)",
    "x between 1 and 2", "x in (< 3, [5..7])", "substring(\"abc\", -2, 1)", "string(@\"P1DT2H\")", "x instance of list<string>",
    "matches(\"aaa\", \"(a+)+b\")", "range(\"[1..3]\")", "flatten([[1], [[2]]])", "context put({a: 1}, [\"a\"], 2)",
)  # fmt: skip


def measure(folder: Path) -> Iterator[Row]:
    """Crashes among a million inputs (none is allowed), and the longest that one took."""
    chance = random.Random(SEED)
    slowest, crashes = 0.0, 0
    for i in range(TEXTS + MODELS):
        try_one = _text if i < TEXTS else _model
        source = _random_text(chance) if i < TEXTS else _random_model(chance)
        started = time.perf_counter()
        try:
            try_one(source)
        except Exception as crash:
            crashes += 1
            print(f"crash {type(crash).__name__}: {crash}\n{source!r}")
        slowest = max(slowest, time.perf_counter() - started)
    yield Row(f"crashes among {TEXTS:,} FEEL texts and {MODELS:,} DMN files (seed {SEED})", crashes, 0.5, "crashes")
    yield Row("the longest that one of them took", slowest, SLOWEST, "s")


def _text(source: str) -> None:
    for read in (parse, parse_unary_tests):
        try:
            node = read(source, ["x", "y"])
        except FeelSyntaxError as refusal:
            if not 0 <= refusal.position <= len(source):
                raise ValueError("a refusal without a place") from refusal
            continue
        except FeelError:
            continue
        if read is parse:
            _evaluate(node)


def _evaluate(node: Node) -> None:
    scope = Scope({"x": number(2), "y": ["a", None]}, Run(steps=20_000))
    with suppress(FeelError):
        prepare(node)(scope)


def _model(source: bytes) -> None:
    with suppress(DmnError):
        read, faults = load(source)
        if not any("circle" in fault.message for fault in faults):
            Decider(read).decide({})


def _random_text(chance: random.Random) -> str:
    """Any pieces in a row, or a good expression with some of its pieces, or of its characters, changed."""
    kind = chance.random()
    if kind < 0.1:
        return " ".join(chance.choices(PIECES, k=chance.randint(1, 14)))
    if kind < 0.6:
        return _grown(chance, chance.randint(1, 4))
    if kind < 0.8:
        return _changed(chance, re.findall(r'"[^"]*"|\w+|\s+|[^\w\s]', chance.choice(SEEDS)), WORDS)
    return _changed(chance, list(chance.choice(SEEDS)), [chr(chance.randint(32, 0x2FFF)) for _ in range(4)])


def _grown(chance: random.Random, depth: int) -> str:
    """An expression that can be read, of any types whatever: most of it is null, and has to say why."""
    if depth == 0:
        return chance.choice(LEAVES)
    a, b, c = (_grown(chance, depth - 1) for _ in range(3))
    shape = chance.choice(SHAPES)
    return shape.format(a=a, b=b, c=c, f=chance.choice(list(BUILTINS)), op=chance.choice(OPERATORS))


def _changed(chance: random.Random, parts: list[str], others: Sequence[str]) -> str:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(parts) + 1)
        parts[at : at + chance.choice((0, 1, 1, 1, 2))] = [chance.choice(others)]
    return "".join(parts)


def _random_model(chance: random.Random) -> bytes:
    """A small model with elements left out, doubled or moved, and texts and attributes changed; some not even XML."""
    root = ElementTree.fromstring(SMALL)
    for _ in range(chance.randint(1, 4)):
        parents = [element for element in root.iter() if len(element)]
        parent = chance.choice(parents)
        child = chance.choice(list(parent))
        match chance.randrange(5):
            case 0:
                parent.remove(child)
            case 1:
                chance.choice(parents).append(copy.deepcopy(child))
            case 2:
                child.text = _random_text(chance)
            case 3:
                for name in child.attrib:
                    child.set(
                        name, chance.choice(("", "m", "#d", "#i", "T", "number", "COLLECT", "nothing", "list<T>"))
                    )
            case 4:
                child.tag = chance.choice([element.tag for element in root.iter()])
    source = ElementTree.tostring(root)
    return source if chance.random() < 0.9 else source[: chance.randrange(len(source))]


SMALL = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="m">
<itemDefinition name="T" isCollection="true"><typeRef>number</typeRef><allowedValues><text>[0..9]</text></allowedValues></itemDefinition>
<inputData id="i" name="n"><variable name="n" typeRef="T"/></inputData>
<businessKnowledgeModel id="b" name="F"><variable name="F" typeRef="number"/><encapsulatedLogic><formalParameter name="x" typeRef="number"/><literalExpression><text>x * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
<decision id="d" name="D"><variable name="D" typeRef="number"/><informationRequirement><requiredInput href="#i"/></informationRequirement><knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>
<decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>F(count(n))</text></inputExpression></input><output name="o"><outputValues><text>1, 2</text></outputValues><defaultOutputEntry><text>3</text></defaultOutputEntry></output>
<rule><inputEntry><text>&lt; 5</text></inputEntry><outputEntry><text>1</text></outputEntry></rule><rule><inputEntry><text>-</text></inputEntry><outputEntry><text>2</text></outputEntry></rule></decisionTable></decision>
<decision id="e" name="E"><variable name="E"/><informationRequirement><requiredDecision href="#d"/></informationRequirement><context><contextEntry><variable name="a"/><literalExpression><text>D + 1</text></literalExpression></contextEntry><contextEntry><for iteratorVariable="k"><in><literalExpression><text>1..a</text></literalExpression></in><return><literalExpression><text>k</text></literalExpression></return></for></contextEntry></context></decision>
</definitions>"""
