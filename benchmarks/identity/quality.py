"""How right people are: pairs of identifiers that are one person's, and those that were taken for it."""

from __future__ import annotations

import polars as pl

from features.identity.resolve import Resolution

Figures = dict[str, float]


def quality(resolution: Resolution, truth: pl.DataFrame) -> Figures:
    """Precision and recall over all pairs of identifiers that any event links, at the end.

    ``truth`` holds ``node, person``: a pair is right if any one person has both. What several people share is nobody's
    to find, so that ``recall`` is over the identifiers of one person each; ``recall_of_shared`` counts the others too.
    ``largest_false_merge`` is how many identifiers the largest person has that is not one person's.
    """
    linked = pl.concat([resolution.links.select(node="a"), resolution.links.select(node="b")]).unique()
    people = people_of(linked, resolution)
    linked_truth = truth.join(linked, on="node", how="semi")
    true = _pairs(linked_truth, "person").unique()
    shared = linked_truth.group_by("node").len().filter(pl.col("len") > 1).select("node")
    own = true.join(shared, on="node", how="anti").join(shared, left_on="other", right_on="node", how="anti")
    found = _pairs(people, "person")
    right = found.join(true, on=("node", "other"), how="semi").height
    wrong = found.join(true, on=("node", "other"), how="anti").select("node").unique()
    mixed = people.join(people.join(wrong, on="node", how="semi").select("person").unique(), on="person", how="semi")
    return {
        "precision": right / found.height,
        "recall": own.join(found, on=("node", "other"), how="semi").height / own.height,
        "recall_of_shared": right / true.height,
        "largest_false_merge": float(mixed.group_by("person").len()["len"].max() or 0),  # type: ignore[arg-type]
        "largest_person": float(people.group_by("person").len()["len"].max() or 0),  # type: ignore[arg-type]
    }


def people_of(nodes: pl.DataFrame, resolution: Resolution) -> pl.DataFrame:
    """The person of each node at the end: the root of the links that joined people."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    places = nodes.with_row_index("place")
    a, b = (
        resolution.merges.select(node=side).join(places, on="node", how="left", maintain_order="left")["place"]
        for side in ("a", "b")
    )
    n = nodes.height
    _, labels = connected_components(
        coo_array(([1] * len(a), (a.to_numpy(), b.to_numpy())), shape=(n, n)), directed=False
    )
    return nodes.with_columns(person=pl.Series(labels))


def beyond_limits(people: pl.DataFrame, limits: dict[str, int]) -> int:
    """How many people hold more values of a type than they may; as people only grow, no earlier moment had more."""
    known = pl.col("node").str.extract("^(email|phone|anonymous_id):").fill_null("user_id").alias("id_type")
    counts = people.group_by("person", known).len()
    return sum(counts.filter(pl.col("id_type") == name, pl.col("len") > most).height for name, most in limits.items())


def _pairs(people: pl.DataFrame, person: str) -> pl.DataFrame:
    other = people.rename({"node": "other"})
    return people.join(other, on=person).filter(pl.col("node") < pl.col("other")).select("node", "other")
