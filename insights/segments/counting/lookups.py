"""Parts of a rule that read one word or percentile of each customer: answered once a word, not once a customer."""

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
from insights.segments.columns.percentiles import PERCENTS, Ranked


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


@dataclass(frozen=True)
class Stepped:
    """Whether a part of a rule holds that reads one percentile: beyond each of the ``bounds`` the answer turns.

    ``missing`` is the answer for who has no percentile.
    """

    column: Column
    first: bool
    bounds: tuple[float, ...]
    missing: Cell

    def cell(self, rows: slice) -> Cell:
        """Whether it holds for some customers."""
        value, known = self.column.cell(rows)
        holds = np.full(len(known), self.first)
        for bound in self.bounds:
            holds ^= value > bound
        return Cell(np.where(known, holds, self.missing.value), known | self.missing.known)


def with_lookups(node: Node, sources: Mapping[str, Source], *, timezone: str) -> tuple[Node, dict[str, Source]]:
    """The rule with a name in place of each part that reads one word or percentile, and what these names stand for.

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
        answered = _answered(node, sources[name], timezone)
        if answered is not None:
            alias = f"lookup.{node.start}-{node.end}"
            return Node("name", value=alias, start=node.start, end=node.end), {alias: answered}
    pairs = [with_lookups(arg, sources, timezone=timezone) for arg in node.args]
    found = {alias: source for _, own in pairs for alias, source in own.items()}
    return replace(node, args=tuple(arg for arg, _ in pairs)), found


def _answered(node: Node, source: Source, timezone: str) -> Source | None:
    """A part of a rule that reads one name, answered for all that this can be; None where that is too much."""
    if isinstance(source, Column) and source.words is not None:
        return _lookup(node, source, timezone)
    return _stepped(node, source, timezone) if isinstance(source, Ranked) and len(source.table) else None


def _stepped(node: Node, ranks: Ranked, timezone: str) -> Stepped | None:
    every = Cell(np.append(PERCENTS, np.nan), np.append(np.ones_like(PERCENTS, dtype=np.bool_), False))
    value, known = compile_rule(node, lambda _: every, timezone=timezone)(lambda _: every)
    holds, told = np.broadcast_to(value, len(PERCENTS) + 1), np.broadcast_to(known, len(PERCENTS) + 1)
    if holds.dtype != np.bool_ or not told[:-1].all():
        return None
    turns = np.flatnonzero(holds[1:-1] != holds[:-2])
    missing = Cell(bool(holds[-1]), bool(told[-1]))
    return Stepped(ranks.column, bool(holds[0]), tuple(ranks.table[turns].tolist()), missing)


def _lookup(node: Node, column: Column, timezone: str) -> Lookup:
    count = len(column.words or ()) + 1
    every = replace(column, values=np.array([*range(count - 1), NOTHING]))
    cell = every.cell(slice(None))
    value, known = compile_rule(node, lambda _: cell, timezone=timezone)(lambda _: cell)
    return Lookup(column.values, np.broadcast_to(value, count).copy(), np.broadcast_to(known, count).copy())
