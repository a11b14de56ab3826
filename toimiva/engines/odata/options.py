"""Query options: what is asked of a collection, and of what is expanded in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from toimiva.engines.odata.ast import Node, QueryError
from toimiva.engines.odata.filters import parse_filter

__all__ = ["Expand", "Options", "Order", "parse_options"]

_DEEPEST_EXPAND, _MOST_EXPANDED = 8, 60
_NAMES = ("$filter", "$orderby", "$top", "$skip", "$count", "$select", "$expand", "$resultFormat")


@dataclass(frozen=True, slots=True)
class Order:
    """By what, and in which direction."""

    by: Node
    descending: bool


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked: `top` is None where it is left to the server, `select` empty for everything."""

    filter: Node | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool | None = None
    select: tuple[str, ...] = ()
    expand: tuple[Expand, ...] = ()
    result_format: str = ""


@dataclass(frozen=True, slots=True)
class Expand:
    """A navigation whose entities come along, with options of their own."""

    navigation: str
    options: Options


def parse_options(given: Iterable[tuple[str, str]]) -> Options:
    """Options from (name, text) pairs. Raises QueryError for one that is unknown, twice there or wrong."""
    return _Reader().options(given, 0)


class _Reader:
    def __init__(self) -> None:
        self._expanded = 0

    def options(self, given: Iterable[tuple[str, str]], depth: int) -> Options:
        """Options at a depth of expansion."""
        told: dict[str, str] = {}
        for name, text in given:
            known = name if name.startswith("$") else f"${name}"
            if known not in _NAMES:
                raise QueryError(f"There is no query option {name!r}; use {', '.join(_NAMES)}.")
            if known in told:
                raise QueryError(f"{known} stands twice.")
            told[known] = text
        return Options(
            filter=parse_filter(told["$filter"]) if "$filter" in told else None,
            order=tuple(_orders(told.get("$orderby", ""))), top=_number(told, "$top"), skip=_number(told, "$skip") or 0,
            count=_flag(told), select=tuple(_names(told.get("$select", ""))),
            expand=self._expand(told.get("$expand", ""), depth), result_format=told.get("$resultFormat", ""),
        )  # fmt: skip

    def _expand(self, text: str, depth: int) -> tuple[Expand, ...]:
        found: dict[str, Expand] = {}
        for item in _split(text, ","):
            path, inner = _with_options(item)
            self._expanded += path.count("/") + 1
            deeper = depth + path.count("/") + 1
            if deeper > _DEEPEST_EXPAND or self._expanded > _MOST_EXPANDED:
                raise QueryError(f"$expand may be {_DEEPEST_EXPAND} deep and name {_MOST_EXPANDED} navigations.")
            first, *rest = path.split("/")
            options = self.options(_pairs(inner), deeper)
            for name in reversed(rest):
                options = Options(expand=(Expand(name, options),))
            found[first] = _merged(found.get(first), Expand(first, options))
        return tuple(found.values())


def _merged(one: Expand | None, other: Expand) -> Expand:
    """`A/B,A/C` expands A once, with both below it."""
    if one is None:
        return other
    inner: dict[str, Expand] = {}
    for item in (*one.options.expand, *other.options.expand):
        inner[item.navigation] = _merged(inner.get(item.navigation), item)
    kept = one.options if one.options != Options(expand=one.options.expand) else other.options
    names = ("filter", "order", "top", "skip", "count", "select", "result_format")
    return Expand(one.navigation, Options(**{n: getattr(kept, n) for n in names}, expand=tuple(inner.values())))


def _with_options(item: str) -> tuple[str, str]:
    name, bracket, rest = item.partition("(")
    if bracket and not rest.endswith(")"):
        raise QueryError(f"A bracket of $expand is not closed in {item[:40]!r}.")
    if not name.strip():
        raise QueryError("$expand names nothing.")
    return name.strip(), rest[:-1] if bracket else ""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in _split(text, ";"):
        name, equals, value = part.partition("=")
        if not equals:
            raise QueryError(f"{part[:40]!r} in $expand is no option.")
        yield name.strip(), value.strip()


def _split(text: str, mark: str) -> Iterator[str]:
    """Parts between marks that stand in no bracket and no string."""
    depth, start, quoted = 0, 0, False
    for place, sign in enumerate(text):
        quoted = quoted != (sign == "'")
        if quoted:
            continue
        depth += (sign == "(") - (sign == ")")
        if sign == mark and depth == 0:
            yield text[start:place].strip()
            start = place + 1
    if depth or quoted:
        raise QueryError(f"A bracket or a quote is not closed in {text[:40]!r}.")
    if text[start:].strip():
        yield text[start:].strip()


def _names(text: str) -> Iterator[str]:
    for part in text.split(",") if text else ():
        if not part.strip():
            raise QueryError("$select names nothing between two commas.")
        yield part.strip()


def _orders(text: str) -> Iterator[Order]:
    for part in _split(text, ","):
        words = part.rsplit(None, 1)
        directed = len(words) == 2 and words[1] in ("asc", "desc")
        yield Order(parse_filter(words[0] if directed else part), directed and words[1] == "desc")


def _number(told: Mapping[str, str], name: str) -> int | None:
    if name not in told:
        return None
    if not told[name].isdecimal() or len(told[name]) > 12:
        raise QueryError(f"{name} must be a whole number from 0, not {told[name][:20]!r}.")
    return int(told[name])


def _flag(told: Mapping[str, str]) -> bool | None:
    if "$count" not in told:
        return None
    if told["$count"] not in ("true", "false"):
        raise QueryError(f"$count must be true or false, not {told['$count'][:20]!r}.")
    return told["$count"] == "true"
