"""How points and ranges lie to each other (DMN 1.5, table 78, after Allen's interval algebra), and `range`."""

from __future__ import annotations

from toimiva.engines.feel.arithmetic import compare
from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.range_text import parse_range
from toimiva.engines.feel.values import Function, Range, Undefined, Value, kind_of

__all__ = ["FUNCTIONS"]


def _is(op: str, left: Value, right: Value) -> bool:
    result = compare(op, left, right)
    if result is None:
        raise Undefined(f"{kind_of(left)} and {kind_of(right)} have no order.")
    return result


def _less(left: Value, right: Value) -> bool:
    return _is("<", left, right)


def _same(left: Value, right: Value) -> bool:
    return _is("=", left, right)


def _ends_before(end: Value, end_in: bool, start: Value, start_in: bool) -> bool:
    return _less(end, start) or (_same(end, start) and not (end_in and start_in))


def _before(a: Range, b: Range) -> bool:
    return _ends_before(a.high, a.high_closed, b.low, b.low_closed)


def _meets(a: Range, b: Range) -> bool:
    return a.high_closed and b.low_closed and _same(a.high, b.low)


def _starts_earlier(a: Range, b: Range) -> bool:
    return _less(a.low, b.low) or (_same(a.low, b.low) and a.low_closed and not b.low_closed)


def _starts_no_later(a: Range, b: Range) -> bool:
    return _less(a.low, b.low) or (_same(a.low, b.low) and (a.low_closed or not b.low_closed))


def _ends_no_later(a: Range, b: Range) -> bool:
    return _less(a.high, b.high) or (_same(a.high, b.high) and (not a.high_closed or b.high_closed))


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    return _starts_earlier(a, b) and not _before(a, b) and _ends_no_later(a, b)


def _includes_point(span: Range, point: Value) -> bool:
    inside = _less(span.low, point) and _less(point, span.high)
    at_end = (span.low_closed and _same(span.low, point)) or (span.high_closed and _same(span.high, point))
    return inside or at_end


def _includes(a: Range, b: Range) -> bool:
    return _starts_no_later(a, b) and _ends_no_later(b, a)


def _finishes(a: Range, b: Range) -> bool:
    return a.high_closed == b.high_closed and _same(a.high, b.high) and _starts_no_later(b, a)


def _starts(a: Range, b: Range) -> bool:
    return a.low_closed == b.low_closed and _same(a.low, b.low) and _ends_no_later(a, b)


def _coincides(a: Range, b: Range) -> bool:
    closed = (a.low_closed, a.high_closed) == (b.low_closed, b.high_closed)
    return closed and _same(a.low, b.low) and _same(a.high, b.high)


_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"
_POINT_RANGE = f"point:{_POINT}, range:range"
_RANGE_POINT = f"range:range, point:{_POINT}"
_RANGES = "range1:range, range2:range"


def _point_and_range(name: str, point: object, between: object) -> Function:
    return builtin(name, (_POINT_RANGE, point), (_RANGES, between))  # type: ignore[arg-type]


def _range_and_point(name: str, point: object, between: object) -> Function:
    return builtin(name, (_RANGE_POINT, point), (_RANGES, between))  # type: ignore[arg-type]


def _points(name: str, of_points: object, point_range: object, range_point: object, between: object) -> Function:
    return builtin(
        name,
        (f"point1:{_POINT}, point2:{_POINT}", of_points),  # type: ignore[arg-type]
        (_POINT_RANGE, point_range),  # type: ignore[arg-type]
        (_RANGE_POINT, range_point),  # type: ignore[arg-type]
        (_RANGES, between),  # type: ignore[arg-type]
    )


FUNCTIONS = [
    _points(
        "before",
        _less,
        lambda p, r: _ends_before(p, True, r.low, r.low_closed),
        lambda r, p: _ends_before(r.high, r.high_closed, p, True),
        _before,
    ),
    _points(
        "after",
        lambda a, b: _less(b, a),
        lambda p, r: _ends_before(r.high, r.high_closed, p, True),
        lambda r, p: _ends_before(p, True, r.low, r.low_closed),
        lambda a, b: _before(b, a),
    ),
    builtin("meets", (_RANGES, _meets)),
    builtin("met by", (_RANGES, lambda a, b: _meets(b, a))),
    builtin("overlaps", (_RANGES, _overlaps)),
    builtin("overlaps before", (_RANGES, _overlaps_before)),
    builtin("overlaps after", (_RANGES, lambda a, b: _overlaps_before(b, a))),
    _point_and_range("finishes", lambda p, r: r.high_closed and _same(r.high, p), _finishes),
    _range_and_point("finished by", lambda r, p: r.high_closed and _same(r.high, p), lambda a, b: _finishes(b, a)),
    _range_and_point("includes", _includes_point, _includes),
    _point_and_range("during", lambda p, r: _includes_point(r, p), lambda a, b: _includes(b, a)),
    _point_and_range("starts", lambda p, r: r.low_closed and _same(r.low, p), _starts),
    _range_and_point("started by", lambda r, p: r.low_closed and _same(r.low, p), lambda a, b: _starts(b, a)),
    builtin("coincides", (f"point1:{_POINT}, point2:{_POINT}", _same), (_RANGES, _coincides)),
    builtin("range", ("from:string", parse_range)),
]
