"""What each module of a tree imports, read from the text without running it.

Imports inside functions count. Imports for type checkers only do not, nor what an ``__init__`` imports only to pass on:
``from package import name`` counts as an import of the module where the name comes from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class Module:
    """One file: the folder that it lies in, its text and its syntax."""

    name: str
    folder: str
    is_init: bool
    lines: int
    tree: ast.Module

    @classmethod
    def read(cls, file: Path, root: Path) -> Module:
        """The module of a file below the root."""
        parts = file.relative_to(root).with_suffix("").parts
        is_init, text = parts[-1] == "__init__", file.read_text(encoding="utf-8")
        name = ".".join(parts[:-1] if is_init else parts)
        return cls(name, ".".join(parts[:-1]) or name, is_init, len(text.splitlines()), ast.parse(text))

    def absolute(self, statement: ast.ImportFrom) -> str:
        """The module that a ``from`` names, when it counts its dots from here."""
        if not statement.level:
            return statement.module or ""
        package = self.name.split(".") if self.is_init else self.name.split(".")[:-1]
        above = package[: len(package) + 1 - statement.level]
        return ".".join([*above, *([statement.module] if statement.module else [])])


class Imports:
    """Who imports whom among the modules given."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = {module.name: module for module in modules}
        self._passed_on = {name: _passed_on(module) for name, module in self.modules.items() if module.is_init}

    def of(self, module: Module) -> set[str]:
        """The names of the modules that a module imports, without those from elsewhere."""
        homes = {self._home(*wanted) for wanted in _wanted(module)}
        return {home for home in homes if home is not None and home != module.name}

    def _home(self, source: str, name: str | None) -> str | None:
        """Where a name comes from: a submodule, the module that an ``__init__`` has it from, or the source itself."""
        if f"{source}.{name}" in self.modules:
            return f"{source}.{name}"
        if name in self._passed_on.get(source, {}):
            return self._home(*self._passed_on[source][name])
        while source and source not in self.modules:
            source = source.rpartition(".")[0]
        return source or None


def _passed_on(module: Module) -> dict[str | None, tuple[str, str]]:
    """The names that a module has from others, each with the module and the name there."""
    statements = [s for s in _imports(module.tree) if isinstance(s, ast.ImportFrom)]
    return {a.asname or a.name: (module.absolute(s), a.name) for s in statements for a in s.names}


def _wanted(module: Module) -> Iterator[tuple[str, str | None]]:
    """The module and name of each import; of an ``__init__`` only those that it uses itself."""
    used = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
    for statement in _imports(module.tree):
        for alias in statement.names:
            if module.is_init and (alias.asname or alias.name.split(".")[0]) not in used:
                continue
            if isinstance(statement, ast.ImportFrom):
                yield module.absolute(statement), alias.name
            else:
                yield alias.name, None


def _imports(node: ast.AST) -> Iterator[Import]:
    """Every import below a node that runs, wherever it stands."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Import):
            yield child
        elif isinstance(child, ast.If) and ast.unparse(child.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            yield from _imports(ast.Module(body=child.orelse, type_ignores=[]))
        else:
            yield from _imports(child)
