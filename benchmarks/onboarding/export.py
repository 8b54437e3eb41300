"""One export: which files a system writes, in which dialect, of which company; read from `systems/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

from benchmarks.onboarding.company.world import Plan, World
from benchmarks.onboarding.draw import UNSEEN

SYSTEMS = Path(__file__).parent / "systems"
T = TypeVar("T")
Node = dict[str, Any]  # a mapping of a YAML file


@dataclass(frozen=True)
class Dialect:
    """How a file's values and rows are written."""

    time: str = "%Y-%m-%d %H:%M:%S"
    numbers: str = "1234.56"
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quote: str = "minimal"  # or "all"
    missing: str = ""
    sep: bool = False  # a first line `sep=;`, for Excel
    preamble: tuple[str, ...] = ()
    header: bool = True
    footer: bool = False  # a last row with the totals
    extension: str = ""  # instead of the file's own: .xlsx, .json, .jsonl, .parquet; .sqlite holds all files as tables
    pack: str = ""  # .gz or .zip
    monthly: bool = False  # a file a month, in a folder


@dataclass(frozen=True)
class Export:
    """Files of one system in one dialect, and how they are to be understood.

    ``files``: what each holds, see `systems/README.md`. ``money``: the amounts of an order that may honestly be taken
    for what it brings. ``ambiguous``: the topics of a question that is right to ask; empty where a careful reader needs
    none. ``refunded``: ``order`` when a refunded order counts as one, ``either`` when the files leave that open.
    """

    name: str
    system: str
    documentation: str
    dialect: Dialect
    plan: Plan
    files: Mapping[str, Node]
    money: Sequence[str] = ("total",)
    ambiguous: Sequence[str] = ()
    refunded: str = "order"

    @property
    def unseen(self) -> bool:
        """Whether its system or language is of the fifth that was written last."""
        return self.system in UNSEEN

    @property
    def world(self) -> World:
        """The company that it is an export of."""
        return World.of(self.plan)


def exports() -> list[Export]:
    """All exports that the files in `systems/` describe.

    >>> everything = exports()
    >>> len({export.name for export in everything}) == len(everything)
    True
    """
    return [export for path in sorted(SYSTEMS.glob("*/*.yaml")) for export in _exports(path)]


def _exports(path: Path) -> Iterator[Export]:
    document = _load(path)
    shapes: Node = document.pop("exports", None) or _shapes(document.pop("words"), document.pop("shapes"))
    system, sheet = path.parent.name, path.stem
    if system == "languages":
        system = sheet
    for number, (shape, node) in enumerate(shapes.items()):
        base = merged(document, node)
        for dialect in base.pop("sets", ["as written"]):
            yield _export(f"{path.parent.name}/{sheet}/{shape}", system, base, dialect, number)


def _export(place: str, system: str, base: Node, dialect: str | Node, number: int) -> Export:
    own = {"name": dialect} if isinstance(dialect, str) else dict(dialect)
    name = cast(str, own.pop("name"))
    overlays = [
        _load(SYSTEMS / "dialects.yaml")[word] for word in name.split(" + ") if not own or word in named_dialects()
    ]
    node = merged(base, *overlays, own)
    plan = {"seed": 1 + number + len(name), **node.pop("world", {})}
    node["dialect"] = made(Dialect, node.pop("dialect", {}))
    return made(
        Export, {**node, "name": f"{place}/{name}".replace(" ", "-"), "system": system, "plan": made(Plan, plan)}
    )


def _shapes(words: Node, names: Sequence[str]) -> Node:
    """The shapes of `shapes.yaml` in the words of a language."""
    return {name: translated(_load(SYSTEMS / "shapes.yaml")[name], words) for name in names}


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


def named_dialects() -> Node:
    """The dialects of `dialects.yaml` by name."""
    return _load(SYSTEMS / "dialects.yaml")


def _load(path: Path) -> Node:
    return dict(_parsed(path))


@cache
def _parsed(path: Path) -> Node:
    return cast(Node, yaml.safe_load(path.read_text(encoding="utf-8")))
