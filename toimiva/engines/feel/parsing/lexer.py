"""FEEL text to tokens (DMN 1.5, 10.3.1.2, grammar rules 27 to 44)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from toimiva.engines.feel.errors import FeelSyntaxError

__all__ = ["Kind", "Token", "tokenize", "unescape"]

Kind = Literal["number", "string", "name", "symbol", "at", "end"]

_NAME_START = (
    r"A-Za-z_?\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u1FFF\u200C\u200D"
    r"\u2070-\u218F\u2C00-\uD7FF\U00010000-\U000EFFFF"
)
_TOKEN = re.compile(
    rf"""
    (?P<space>[\s\u00A0\uFEFF]+|//[^\n]*|/\*.*?\*/)
  | (?P<number>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<at>@(?="))
  | (?P<name>[{_NAME_START}][{_NAME_START}0-9\u00B7\u0300-\u036F\u203F-\u2040]*)
  | (?P<symbol>\.\.|\*\*|<=|>=|!=|->|[-+*/=<>()\[\]{{}},.:'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text with its span; a name token is one word, names with spaces are put together by the parser."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """All tokens and an `end`. Raises `FeelSyntaxError` at the first character that begins nothing."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FeelSyntaxError(f"This character does not belong here: {text[position]!r}.", text, position)
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), match.start(), match.end()))  # type: ignore[arg-type]
        position = match.end()
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def unescape(literal: str) -> str:
    """The value of a string literal, quotes included; surrogate pairs written as two escapes become one character."""
    value = _ESCAPE.sub(_unescape_one, literal[1:-1])
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescape_one(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _PLAIN.get(match[3], "\\" + match[3])
