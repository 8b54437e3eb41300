"""Proposed links and rulings: which were ruled on already, and those that are made."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from features.identity.rulings import Ruling, in_force

WHO = "fuzzy identity"


def unruled(links: pl.DataFrame, rulings: Iterable[Ruling]) -> pl.DataFrame:
    """The links about which nobody has said anything.

    >>> links = pl.DataFrame({"a": ["1", "1"], "b": ["2", "3"]})
    >>> unruled(links, [Ruling(0, "split", ("3", "1"))]).rows()
    [('1', '2')]
    """
    pairs = [sorted(ruling.nodes) for ruling in in_force(rulings)]
    return links.join(
        pl.DataFrame(pairs, schema={"a": pl.String, "b": pl.String}, orient="row"), on=["a", "b"], how="anti"
    )


def rulings_of(links: pl.DataFrame, *, time: int) -> list[Ruling]:
    """A merge for each link, from a moment (µs) on.

    >>> links = pl.DataFrame({"a": ["1"], "b": ["2"], "probability": [0.9987]})
    >>> rulings_of(links, time=0)
    [Ruling(time=0, kind='merge', nodes=('1', '2'), who='fuzzy identity', reason='probability 0.9987')]
    """
    rows = links.select("a", "b", "probability").iter_rows()
    return [Ruling(time, "merge", (a, b), WHO, f"probability {probability:.4f}") for a, b, probability in rows]
