"""The exports that the files of `systems/` describe: every header set in its dialects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from benchmarks.onboarding.company.plan import Plan
from benchmarks.onboarding.export import Dialect, Export
from benchmarks.onboarding.tree import Node, load, made, merged, translated

SYSTEMS = Path(__file__).parent / "systems"


def exports() -> list[Export]:
    """All exports that the files in `systems/` describe.

    >>> everything = exports()
    >>> len({export.name for export in everything}) == len(everything)
    True
    """
    return [export for path in sorted(SYSTEMS.glob("*/*.yaml")) for export in _exports(path)]


def _exports(path: Path) -> Iterator[Export]:
    document = load(path)
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
    dialects = load(SYSTEMS / "dialects.yaml")
    overlays = [dialects[word] for word in name.split(" + ") if not own or word in dialects]
    node = merged(base, *overlays, own)
    plan = {"seed": 1 + number + len(name), **node.pop("world", {})}
    node["dialect"] = made(Dialect, node.pop("dialect", {}))
    return made(
        Export, {**node, "name": f"{place}/{name}".replace(" ", "-"), "system": system, "plan": made(Plan, plan)}
    )


def _shapes(words: Node, names: Sequence[str]) -> Node:
    """The shapes of `shapes.yaml` in the words of a language."""
    return {name: translated(load(SYSTEMS / "shapes.yaml")[name], words) for name in names}
