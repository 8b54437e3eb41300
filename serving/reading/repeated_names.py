"""Names that stand twice in one object of JSON: parsers keep the last value, and say nothing of the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

_END: Final = re.compile(rb'"\s*:')  # of a name, and within some texts
_SHOWN: Final = 60  # characters of the place where a name stands
REPEATED: Final = "name repeated"  # the message of the error
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class RepeatedName:
    """A name that its object has already: the path to it, and where it stands in the text."""

    path: Path
    position: int

    def error(self, body: bytes) -> json.JSONDecodeError:
        """The error of a body that is refused for it."""
        return json.JSONDecodeError(REPEATED, body.decode(), self.position)


def place_of(path: Path) -> str:
    """A path as errors tell it.

    >>> place_of(("properties", "products", 0, "price"))
    'properties.products[0].price'
    """
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    return place if len(place) <= _SHOWN else place[: _SHOWN - 1] + "…"


def read_clearly(body: bytes) -> object:
    """JSON in whose objects no name stands twice; ``json.JSONDecodeError`` for what is none, or names one twice.

    >>> read_clearly(b'{"a": 1, "b": {"a": 2}}')
    {'a': 1, 'b': {'a': 2}}
    """
    content: object = orjson.loads(body)
    for name in repeated_names(body, content):
        raise name.error(body)
    return content


def repeated_names(body: bytes, content: object) -> list[RepeatedName]:
    r"""The names that stand twice in JSON that was read as ``content``.

    >>> body = b'{"a": {"b": ":", "c": [{"d": 1, "\\u0064": 1}]}}'
    >>> repeated_names(body, json.loads(body))
    [RepeatedName(path=('a', 'c', 0, 'd'), position=32)]
    """
    ends = len(_END.findall(body))  # so many names at most
    return [] if ends == _names(content) else [*_repeated(body.decode())]


def _names(content: object) -> int:
    """How many names the objects of some content have."""
    count, values = 0, [content]
    for value in values:  # which grow meanwhile
        if type(value) is dict:
            count += len(value)
            values += value.values()
        elif type(value) is list:
            values += value
    return count


def _repeated(text: str) -> Iterator[RepeatedName]:
    path: list[str | int] = []  # for each open value, where in it the text is
    names: list[set[str]] = []
    before, start = "", 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "{[":
            path.append("" if mark == "{" else 0)
            names.append(set())
        elif mark in "}]":
            path.pop()
            names.pop()
        elif mark == "," and isinstance(place := path[-1], int):
            path[-1] = place + 1
        elif mark == ":":
            path[-1] = name = json.loads(before)
            if name in names[-1]:
                yield RepeatedName(tuple(path), start)
            names[-1].add(name)
        before, start = mark, token.start()
