"""How the code is arranged: how deep its folders import each other, against which order, and how big its parts are.

A folder is a directory with modules, without its subfolders; ``stamkund.py`` is one of its own. Folder A imports folder
B when one of its modules imports one of B's. Depth is how many folders the longest chain of imports goes through, where
a cycle counts with all its folders.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console

from benchmarks.imports import Imports, Module

CHECKOUT = Path(__file__).parents[1]
LEVELS = {"features": 0, "insights": 1, "training": 1, "serving": 2, "stamkund": 3}  # each imports lower ones only
MOST_MODULES, MOST_LINES = 12, 150
Graph = Mapping[str, set[str]]
Cycle = tuple[str, ...]  # the folders of one, or a single folder that is in none


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what stands out, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--root", type=Path, default=CHECKOUT, help="the folder that holds the packages")
    house = House.read(options.parse_args(arguments).root)
    console = Console(highlight=False, soft_wrap=True)
    for title, lines in house.findings().items():
        console.print(f"[bold]{title}[/bold]: {len(lines)}", *(f"  {line}" for line in lines), sep="\n")
    print(json.dumps(house.figures()))


@dataclass(frozen=True)
class House:
    """The modules of a tree, and those that each imports."""

    modules: Mapping[str, Module]
    imports: Graph

    @classmethod
    def read(cls, root: Path) -> House:
        """The house below a root."""
        files = [file for top in LEVELS for file in (root / f"{top}.py", *sorted((root / top).rglob("*.py")))]
        imports = Imports(Module.read(file, root) for file in files if file.exists())
        return cls(imports.modules, {name: imports.of(module) for name, module in imports.modules.items()})

    def figures(self) -> dict[str, int]:
        """What is measured."""
        return {
            "depth_features": len(longest_chain(self.folders("features"))),
            "depth": len(longest_chain(self.folders())),
            "cycles": len(cycles(self.folders())),
            "upward_imports": len(list(self.upward())),
            "packages_over_12_modules": len(self.wide()),
            "modules_over_150": len(self.long()),
            "longest_module": max((module.lines for module in self.modules.values()), default=0),
        }

    def findings(self) -> dict[str, list[str]]:
        """What stands out, for people."""
        return {
            "The longest chain of imports inside features": longest_chain(self.folders("features")),
            "The longest chain of imports": longest_chain(self.folders()),
            "Cycles of folders": [" ⇄ ".join(cycle) for cycle in cycles(self.folders())],
            "Imports against the order": [f"{a} → {b}" for a, b in self.upward()],
            f"Folders of more than {MOST_MODULES} modules": [f"{n:4} {name}" for name, n in self.wide().items()],
            f"Modules of more than {MOST_LINES} lines": [f"{n:4} {name}" for name, n in self.long().items()],
        }

    def folders(self, within: str = "") -> Graph:
        """The folders that each folder imports, all of them or those in one package."""
        inside = {name: m.folder for name, m in self.modules.items() if within in {"", _top(name)}}
        graph: dict[str, set[str]] = {folder: set() for folder in inside.values()}
        for name, folder in inside.items():
            graph[folder] |= {inside[other] for other in self.imports[name] if other in inside} - {folder}
        return graph

    def upward(self) -> Iterator[tuple[str, str]]:
        """The imports of a package that is not below one's own."""
        for name, others in self.imports.items():
            for other in sorted(others):
                if _top(name) != _top(other) and LEVELS[_top(name)] <= LEVELS[_top(other)]:
                    yield name, other

    def wide(self) -> dict[str, int]:
        """The folders of too many modules, ``__init__`` not counted."""
        counts = Counter(module.folder for module in self.modules.values() if not module.is_init)
        return {folder: n for folder, n in counts.most_common() if n > MOST_MODULES}

    def long(self) -> dict[str, int]:
        """The modules of too many lines, the longest first."""
        lines = Counter({name: module.lines for name, module in self.modules.items()})
        return {name: n for name, n in lines.most_common() if n > MOST_LINES}


def longest_chain(graph: Graph) -> list[str]:
    """The folders that the longest chain of imports goes through, each before what it imports; a cycle's by name."""
    components = _components(graph)

    @cache
    def chain(component: Cycle) -> list[str]:
        beyond = {components[b] for a in component for b in graph[a]} - {component}
        return [*component, *max(map(chain, sorted(beyond)), key=len, default=[])]

    return max(map(chain, sorted(set(components.values()))), key=len, default=[])


def cycles(graph: Graph) -> list[Cycle]:
    """The sets of folders that import each other, directly or not."""
    return sorted({component for component in _components(graph).values() if len(component) > 1})


def _components(graph: Graph) -> dict[str, Cycle]:
    reached = {folder: _reached(graph, folder) for folder in graph}
    return {a: tuple(sorted({a} | {b for b in reached[a] if a in reached[b]})) for a in graph}


def _reached(graph: Graph, start: str) -> set[str]:
    """What a folder imports, directly or not."""
    folders: set[str] = set()
    queue = [start]
    while queue:
        new = graph[queue.pop()] - folders
        folders |= new
        queue.extend(new)
    return folders


def _top(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


if __name__ == "__main__":
    main()
