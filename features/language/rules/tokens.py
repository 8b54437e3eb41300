"""The words of a rule's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from features.errors import StamkundError
from features.language.rules.nodes import mistake

_WORDS: Final = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<text>r"[^"\n]*"|r'[^'\n]*'|"(?:[^"\\\n]|\\["\\])*"|'(?:[^'\\\n]|\\['\\])*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*|`[^`\n]+`)
      | (?P<sign>&&|\|\||[<>=!]=|[-+*/!<>()\[\].,?:])
    )""",
    re.VERBOSE,
)
# What people write out of habit, and what stands for it here.
_HABITS: Final = {
    "=": "==", "&": "&&", "|": "||", "<>": "!=", "and": "&&", "or": "||", "not": "!", "%": "/",
}  # fmt: skip
_OPEN: Final = (
    r"""; a text ends with the quote it begins with, and a backslash stands as \\, or in a text r"…" as it is"""
)
LONGEST: Final = 2_000  # characters of a rule


class Token(NamedTuple):
    """A word: whether it is a number, a text, a name, a sign or the end; and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, and behind them its end.

    >>> [token.text for token in tokens("features.orders_90d >= 3")]
    ['features', '.', 'orders_90d', '>=', '3', '']
    """
    if len(text) > LONGEST:
        raise mistake("bad_rule", f"A rule has at most {LONGEST:,} characters: make several of it.", text[:40], LONGEST)
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _WORDS.match(text, at)
        if match is None:
            raise _unreadable(text, end - len(text[at:end].lstrip()))
        kind = str(match.lastgroup)
        start, at = match.span(kind)
        word = match[kind]
        if kind == "name" and word in _HABITS:
            raise _unreadable(text, start)
        yield Token(kind, word.strip("`") if kind == "name" else word, start, at)
    yield Token("end", "", end, end)


def _unreadable(text: str, at: int) -> StamkundError:
    habit = next((word for word in sorted(_HABITS, key=len, reverse=True) if text.startswith(word, at)), None)
    hint = f"; write {_HABITS[habit]}" if habit else _OPEN if text[at] in "\"'" else ""
    word = habit or text[at]
    return mistake("bad_rule", f"{word!r} is no word of rules{hint}.", text, at)
