"""Neighbourhoods: records that may be one person's, small enough that all pairs in them can be scored."""

# ruff: noqa: S608  (of our own names)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.arrays import Floats, Ints
from features.identity.fuzzy.clusters import FIRM

NEIGHBOURS: Final = "neighbours"


@dataclass(frozen=True)
class Neighbourhood:
    """Records (places) that may be one person's, and the weight of each pair of them, [record, record]."""

    members: Ints
    weights: Floats


def components(a: Ints, b: Ints, weights: Floats, *, records: int, most: int) -> Ints:
    """The connected components of the surest pairs: as many of these as leave at most so many pairs to score.

    >>> components(np.array([0, 1]), np.array([1, 2]), np.array([9.0, 1.0]), records=4, most=2).tolist()
    [0, 0, 1, 2]
    """
    low, high = 0, int(FIRM)
    while True:
        sure = weights > low
        graph = coo_array((np.ones(int(sure.sum())), (a[sure], b[sure])), shape=(records, records))
        labels: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
        sizes = np.bincount(labels)
        if low >= high or int((sizes * (sizes - 1) // 2).sum()) <= most:
            return labels
        low += 1


def places(pairs: pl.DataFrame, ids: pl.Series) -> tuple[Ints, Ints]:
    """Where both ids of each pair stand among all.

    >>> [side.tolist() for side in places(pl.DataFrame({"a": ["x"], "b": ["z"]}), pl.Series(["x", "y", "z"]))]
    [[0], [2]]
    """
    by_id = pl.DataFrame({"id": ids, "place": np.arange(len(ids))})
    a, b = (pairs.select(id=s).join(by_id, on="id", how="left", maintain_order="left")["place"] for s in ("a", "b"))
    return a.to_numpy(), b.to_numpy()


def write_neighbours(connection: duckdb.DuckDBPyConnection, ids: pl.Series, labels: Ints) -> None:
    """Make the table of all pairs with the same label, as Splink reads it."""
    connection.register("labels", pl.DataFrame({"id": ids, "label": labels}).to_arrow())
    connection.execute(f"""
        CREATE TABLE {NEIGHBOURS} AS
        SELECT l.id AS join_key_l, r.id AS join_key_r, '0' AS match_key
        FROM labels l JOIN labels r ON l.label = r.label AND l.id < r.id
    """)
    connection.unregister("labels")


def scored_neighbourhoods(near: pl.DataFrame, ids: pl.Series, labels: Ints) -> Iterator[Neighbourhood]:
    """The neighbourhoods of two records and more, of all pairs in them with their weights."""
    a, b = places(near, ids)
    pairs = pl.DataFrame({"label": labels[a], "a": a, "b": b, "weight": near["weight"]})
    for pairs_of_one in pairs.partition_by("label"):
        a, b, weights = (pairs_of_one[name].to_numpy() for name in ("a", "b", "weight"))
        members = np.unique(np.concatenate([a, b]))
        matrix = np.zeros((len(members), len(members)))
        row, column = np.searchsorted(members, a), np.searchsorted(members, b)
        matrix[row, column] = matrix[column, row] = weights
        yield Neighbourhood(members, matrix)
