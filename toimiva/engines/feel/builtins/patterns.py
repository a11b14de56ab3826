"""Regular expressions as XPath has them (XQuery and XPath Functions 3.1, 5.6), which is what FEEL refers to.

They are translated by `elementpath` and run by `regex`, which can be told to give up: a pattern that would search
for years ends in a second.
"""

from __future__ import annotations

from functools import lru_cache

import regex
from elementpath.regex import RegexError, translate_pattern

from toimiva.engines.feel.values import Undefined

__all__ = ["matches", "replace", "split"]

SECONDS = 1.0
_FLAGS = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE, "x": 0, "q": 0}
_CACHED = 512


def matches(text: str, pattern: str, flags: str | None = None) -> bool:
    """Whether the pattern is found anywhere in the text."""
    try:
        return _compiled(pattern, flags or "").search(text, timeout=SECONDS) is not None
    except TimeoutError as late:
        raise Undefined(f"The pattern {pattern!r} takes more than {SECONDS:g} s.") from late


def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """Every match replaced; `$1` in the replacement is the first group, `$0` the match."""
    template = _template(replacement, flags or "")
    try:
        return _compiled(pattern, flags or "").sub(template, text, timeout=SECONDS)
    except TimeoutError as late:
        raise Undefined(f"The pattern {pattern!r} takes more than {SECONDS:g} s.") from late


def split(text: str, delimiter: str) -> list[str]:
    """The parts between the matches of a delimiter pattern."""
    try:
        return _compiled(delimiter, "").split(text, timeout=SECONDS)
    except TimeoutError as late:
        raise Undefined(f"The pattern {delimiter!r} takes more than {SECONDS:g} s.") from late


@lru_cache(_CACHED)
def _compiled(pattern: str, flags: str) -> regex.Pattern[str]:
    unknown = set(flags) - _FLAGS.keys()
    if unknown:
        raise Undefined(f"There is no flag {''.join(sorted(unknown))!r}; there are s, m, i, x and q.")
    python_flags = sum(_FLAGS[flag] for flag in set(flags))
    try:
        translated = _translated(pattern, flags)
        return regex.compile(translated, python_flags | regex.VERSION0)
    except (RegexError, regex.error, ValueError) as error:
        raise Undefined(f"{pattern!r} is not a pattern: {error}.") from error


def _translated(pattern: str, flags: str) -> str:
    if "q" in flags:
        return regex.escape(pattern, special_only=True)
    if "x" in flags:
        pattern = _without_space(pattern)
    python_flags = sum(_FLAGS[flag] for flag in set(flags))
    return str(translate_pattern(pattern, int(python_flags), back_references=True, lazy_quantifiers=True, anchors=True))


def _without_space(pattern: str) -> str:
    """Flag x: white space goes, except inside a character class."""
    kept, depth = "", 0
    for i, character in enumerate(pattern):
        escaped = i > 0 and pattern[i - 1] == "\\"
        if not escaped:
            depth += {"[": 1, "]": -1}.get(character, 0)
        kept += "" if character in " \t\n\r" and depth == 0 else character
    return kept


def _template(replacement: str, flags: str) -> str:
    """XPath's `$1` as Python's `\\g<1>`; `\\$` and `\\\\` are themselves."""
    if "q" in flags:
        return replacement.replace("\\", "\\\\")
    plain = regex.sub(r"\\([\\$])", lambda m: {"\\": "\0", "$": "\1"}[m[1]], replacement)
    if "\\" in plain or regex.search(r"\$(?!\d)", plain):
        raise Undefined(f"{replacement!r} is not a replacement: $ and \\ are written \\$ and \\\\.")
    return regex.sub(r"\$(\d)", r"\\g<\1>", plain).replace("\0", "\\\\").replace("\1", "$")
