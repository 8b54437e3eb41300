"""Parts of a rule that read one word of each customer, answered once a word instead of once a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from features.arrays import Mask
from features.language.rules.evaluate import Cell, compile_rule
from features.language.rules.nodes import Node
from insights.segments.columns.column import NOTHING, Column, Source


@dataclass(frozen=True)
class Lookup:
    """What a part of a rule comes to for each code of a column; the last entry is for those without a word."""

    codes: npt.NDArray[Any]
    value: npt.NDArray[Any]
    known: Mask

    def cell(self, rows: slice) -> Cell:
        """What it comes to for some customers."""
        codes = self.codes[rows]
        return Cell(self.value[codes], self.known[codes])


def with_lookups(node: Node, sources: Mapping[str, Source], *, timezone: str) -> tuple[Node, dict[str, Source]]:
    """The rule with a name in place of each part that reads one column of words, and what these names stand for.

    >>> from features.language.rules.parse import parse
    >>> stages = Column.of_words(["new", "loyal", None], "text")
    >>> rule, columns = parse('features.stage in ["loyal"] && true'), {"features.stage": stages}
    >>> node, found = with_lookups(rule, columns, timezone="UTC")
    >>> node.value, found[node.value].cell(slice(0, 3))
    ('lookup.0-35', Cell(value=array([False,  True, False]), known=array([ True,  True, False])))
    """
    names = {str(name.value) for name in node.names()}
    if len(names) == 1 and node.op != "name":
        (name,) = names
        column = sources[name]
        if isinstance(column, Column) and column.words is not None:
            alias = f"lookup.{node.start}-{node.end}"
            named = Node("name", value=alias, start=node.start, end=node.end)
            return named, {alias: _lookup(node, column, timezone)}
    pairs = [with_lookups(arg, sources, timezone=timezone) for arg in node.args]
    found = {alias: source for _, own in pairs for alias, source in own.items()}
    return replace(node, args=tuple(arg for arg, _ in pairs)), found


def _lookup(node: Node, column: Column, timezone: str) -> Lookup:
    count = len(column.words or ()) + 1
    every = replace(column, values=np.array([*range(count - 1), NOTHING]))
    cell = every.cell(slice(None))
    value, known = compile_rule(node, lambda _: cell, timezone=timezone)(lambda _: cell)
    return Lookup(column.values, np.broadcast_to(value, count).copy(), np.broadcast_to(known, count).copy())
