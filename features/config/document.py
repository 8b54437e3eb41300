"""A YAML file with the line of each key."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from features.errors import StamkundError

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """What a YAML file says, and where."""

    file: Path
    data: object
    lines: Mapping[Keys, int]

    def place(self, keys: Keys) -> str:
        """``file:line`` of a key, or of the nearest key around it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.file.name}:{self.lines.get(keys, 1)}"


def parse(file: Path) -> Document:
    """Read a YAML file; a key that stands twice is refused, because YAML itself would drop one of them."""
    if not file.is_file():
        msg = f"There is no settings file {file}. Write one with `stamkund init FILE…`, or name another."
        raise StamkundError("missing_settings", msg)
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        lines = {} if root is None else dict(_lines(root, ()))
        data = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        msg = f"{file.name}:{line}: this is not YAML: {error.problem or error.context}. Check quotes and indentation."
        raise StamkundError("bad_yaml", msg) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{file.name}: this is not YAML text: {error}. Save it as plain text in UTF-8."
        raise StamkundError("bad_yaml", msg) from None
    return Document(file, data, lines)


class _Loader(yaml.SafeLoader):
    """Keys are names: texts as they are written, also those that YAML takes for numbers or truths (``1``, ``no``)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}


def _lines(node: yaml.Node, keys: Keys) -> Iterator[tuple[Keys, int]]:
    if isinstance(node, yaml.MappingNode):
        earlier: set[str] = set()
        for key, value in node.value:
            problem = _problem(key, earlier)
            if problem:
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            earlier.add(key.value)
            yield (*keys, key.value), key.start_mark.line + 1
            yield from _lines(value, (*keys, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*keys, index), item.start_mark.line + 1
            yield from _lines(item, (*keys, index))


def _problem(key: yaml.Node, earlier: set[str]) -> str | None:
    if not isinstance(key, yaml.ScalarNode):
        return "a key must be a name"
    return f"the key {key.value!r} is given twice" if key.value in earlier else None
