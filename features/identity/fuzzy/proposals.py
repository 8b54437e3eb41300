"""Proposals: customers who are probably one person, with how probable it is and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import polars as pl
from scipy.spatial.distance import squareform

from features.config.sections.fuzzy import FuzzySettings
from features.identity.fuzzy.candidates import CANDIDATES, write_candidates
from features.identity.fuzzy.clusters import Merge, best_cut, joining_weights, merges_of
from features.identity.fuzzy.model import Model, prior_shift, probabilities
from features.identity.fuzzy.neighbourhoods import (
    NEIGHBOURS,
    Neighbourhood,
    components,
    places,
    scored_neighbourhoods,
    write_neighbours,
)
from features.identity.fuzzy.records import ID, parts_of, write_records

LINKS: Final = pl.Schema({"a": pl.String, "b": pl.String, "probability": pl.Float64, "customers": pl.Int64})


@dataclass(frozen=True)
class Proposals:
    """The links that would join customers, and who would be whom.

    ``links`` holds a row for each merge of two groups: the surest pair ``a, b`` between them, the ``probability`` that
    all pairs between them say on average, how many ``customers`` the person would be, and for each piece of evidence
    what it says of the pair, in bits: +1 makes it twice as probable, −1 half. ``people`` holds the ``person`` of each
    customer if the links of at least ``cut`` were made, the probability that promises the highest F1.
    """

    links: pl.DataFrame
    people: pl.DataFrame
    cut: float


def propose(customers: pl.DataFrame, settings: FuzzySettings) -> Proposals:
    """Who of these customers are probably the same; a row each, ``customer_id`` and the columns of the settings."""
    parts = parts_of(settings.columns)
    with duckdb.connect() as connection:
        write_records(connection, customers, settings.columns)
        write_candidates(connection, parts)
        model = Model(connection, parts)
        scored = model.weights(CANDIDATES)
        ids = customers[ID].sort()
        raw = scored["weight"].to_numpy()
        shift = prior_shift(raw, len(ids))
        labels = components(*places(scored, ids), raw + shift, records=len(ids), most=max(scored.height, 1))
        write_neighbours(connection, ids, labels)
        near = model.weights(NEIGHBOURS).with_columns(pl.col("weight") + shift)
    groups = list(scored_neighbourhoods(near, ids, labels))
    expected = float(probabilities(raw + shift).sum())
    cut = _cut(groups, expected)
    merges = [merge for group in groups for merge in merges_of(group.weights, group.members)]
    links, likely = _links(merges, near, ids, settings), float(probabilities(np.array([cut]))[0])
    return Proposals(links, _people(merges, ids, cut), likely)


def _cut(groups: list[Neighbourhood], expected: float) -> float:
    inside = [joining_weights(group.weights) for group in groups]
    own = [squareform(group.weights, checks=False) for group in groups]
    return best_cut(np.concatenate([*inside, np.empty(0)]), np.concatenate([*own, np.empty(0)]), expected)


def _links(merges: list[Merge], near: pl.DataFrame, ids: pl.Series, settings: FuzzySettings) -> pl.DataFrame:
    """The merges as links, with the evidence of each one's surest pair under the company's own names."""
    least = settings.review
    likely = [(merge, p) for merge in merges if (p := float(probabilities(np.array([merge.weight]))[0])) >= least]
    rows = [
        (*sorted((ids[merge.pair[0]], ids[merge.pair[1]])), p, len(merge.left) + len(merge.right))
        for merge, p in likely
    ]
    names = {part.name: ", ".join(part.columns) for part in parts_of(settings.columns)}
    evidence = near.select("a", "b", *names).rename(names)
    return pl.DataFrame(rows, schema=LINKS, orient="row").join(evidence, on=["a", "b"], how="left")


def _people(merges: list[Merge], ids: pl.Series, cut: float) -> pl.DataFrame:
    """The person of each customer: the first id of the group."""
    person = np.arange(len(ids))
    for merge in merges:
        if merge.weight >= cut:
            both = np.concatenate([merge.left, merge.right])
            person[both] = both.min()
    return pl.DataFrame({ID: ids, "person": ids.gather(person)})
