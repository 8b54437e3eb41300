"""Rulings: what people say about who is who, which counts before what events say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal


@dataclass(frozen=True)
class Ruling:
    """Someone's word that the ``nodes`` are one person, called by the first one, or that each is another person.

    A merge counts from its ``time`` (µs) on. A split counts from the beginning of all time: what was joined by mistake
    is then as if it never had been.
    """

    time: int
    kind: Literal["merge", "split"]
    nodes: tuple[str, ...]
    who: str = ""
    reason: str = ""


def in_force(rulings: Iterable[Ruling]) -> list[Ruling]:
    """The rulings about two nodes each that no later one takes back; of those of one moment the last one counts.

    >>> merge, split = Ruling(1, "merge", ("a", "b", "c")), Ruling(2, "split", ("c", "a"))
    >>> [(ruling.kind, ruling.nodes) for ruling in in_force([split, merge])]
    [('merge', ('a', 'b')), ('split', ('c', 'a'))]
    """
    last = dict[frozenset[str], Ruling]()
    for ruling in sorted(rulings, key=lambda each: each.time):
        first, *others = ruling.nodes
        pairs = [(first, other) for other in others] if ruling.kind == "merge" else combinations(ruling.nodes, 2)
        for pair in pairs:
            last.pop(frozenset(pair), None)
            last[frozenset(pair)] = Ruling(ruling.time, ruling.kind, pair, ruling.who, ruling.reason)
    return list(last.values())
