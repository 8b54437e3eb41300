"""Mappings of YAML files: read, merged, translated, and made into dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

T = TypeVar("T")
Node = dict[str, Any]  # a mapping of a YAML file


def translated(node: Any, words: Mapping[str, str]) -> Any:
    """A tree in which every text that is a `$word`, key or value, is replaced.

    >>> translated({"$date": "{time}", "a": ["$date"]}, {"date": "Datum"})
    {'Datum': '{time}', 'a': ['Datum']}
    """
    if isinstance(node, dict):
        return {translated(key, words): translated(value, words) for key, value in node.items()}
    if isinstance(node, list):
        return [translated(value, words) for value in node]
    if isinstance(node, str) and node.startswith("$"):
        name, dot, extension = node[1:].partition(".")
        return words[name] + dot + extension
    return node


def merged(*nodes: Node) -> Node:
    """Mappings into one; what comes later wins, and mappings inside are merged, except a file that is given anew.

    >>> merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}})
    {'a': {'b': 3, 'c': 2}}
    """
    result: Node = {}
    for node in nodes:
        for key, value in node.items():
            inner = isinstance(value, dict) and isinstance(result.get(key), dict) and key != "files"
            result[key] = merged(result[key], value) if inner else value
    return result


def made(kind: type[T], node: Node) -> T:
    """A dataclass of a mapping; a key that it has not is an error, lists become tuples."""
    unknown = node.keys() - {f.name for f in fields(cast(Any, kind))}
    assert not unknown, f"{kind.__name__} has no {', '.join(map(str, unknown))}"
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in node.items()})


def load(path: Path) -> Node:
    """The mapping that a YAML file holds."""
    return dict(_parsed(path))


@cache
def _parsed(path: Path) -> Node:
    return cast(Node, yaml.safe_load(path.read_text(encoding="utf-8")))
