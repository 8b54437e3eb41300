"""Proposed links and rulings: which were ruled on already, and those that are made."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from features.identity.rulings import Ruling, in_force

WHO = "fuzzy identity"


class Heads:
    """By whom each customer is called after the merges that were ruled; at first by their own id.

    >>> heads = Heads([Ruling(0, "merge", ("a", "b")), Ruling(0, "split", ("b", "c"))])
    >>> heads.of("b"), heads.of("c"), heads.apart("a", "c")
    ('a', 'c', True)
    """

    def __init__(self, rulings: Iterable[Ruling]) -> None:
        self._head: dict[str, str] = {}
        words = in_force(rulings)
        for word in words:
            if word.kind == "merge":
                self.join(*word.nodes)
        self._apart = {frozenset(map(self.of, word.nodes)) for word in words if word.kind == "split"}

    def of(self, customer: str) -> str:
        """By whom a customer is called."""
        while customer in self._head:
            customer = self._head[customer]
        return customer

    def join(self, one: str, other: str) -> None:
        """Call everybody who is called like the second one like the first one."""
        keep, gone = self.of(one), self.of(other)
        if keep != gone:
            self._head[gone] = keep

    def apart(self, one: str, other: str) -> bool:
        """Whether somebody ruled that these are two people."""
        return frozenset((self.of(one), self.of(other))) in self._apart


def unruled(links: pl.DataFrame, rulings: Iterable[Ruling]) -> pl.DataFrame:
    """The links of customers of whom nobody has said that they are one person, or two.

    >>> links = pl.DataFrame({"a": ["1", "1", "2"], "b": ["2", "3", "4"]})
    >>> unruled(links, [Ruling(0, "split", ("3", "1")), Ruling(0, "merge", ("1", "2"))]).rows()
    [('2', '4')]
    """
    heads = Heads(rulings)
    new = [heads.of(a) != heads.of(b) and not heads.apart(a, b) for a, b in links.select("a", "b").iter_rows()]
    return links.filter(pl.Series(new, dtype=pl.Boolean))


def rulings_of(links: pl.DataFrame, rulings: Iterable[Ruling], *, time: int) -> list[Ruling]:
    """A merge for each link that joins anybody, from a moment (µs) on; who has lost their name once is left alone.

    >>> links = pl.DataFrame({"a": ["1", "2"], "b": ["3", "3"], "probability": [0.9987, 0.9951]})
    >>> [(ruling.nodes, ruling.reason) for ruling in rulings_of(links, [], time=0)]
    [(('1', '3'), '1 and 3: probability 0.9987'), (('1', '2'), '2 and 3: probability 0.9951')]
    """
    heads, merges = Heads(rulings), list[Ruling]()
    for a, b, probability in links.select("a", "b", "probability").iter_rows():
        keep, gone = sorted((heads.of(a), heads.of(b)))
        if keep != gone:
            heads.join(keep, gone)
            merges.append(Ruling(time, "merge", (keep, gone), WHO, f"{a} and {b}: probability {probability:.4f}"))
    return merges
