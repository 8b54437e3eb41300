"""Ways from and to a touchpoint, and moves between stages, by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.errors import StamkundError
from insights.journeys.paths import paths
from insights.journeys.transitions import stage_flow


def events(**customers: str) -> pl.LazyFrame:
    """The kinds of each customer's events, one a moment; ``order:1`` is a line of an order."""
    rows = []
    for customer, text in customers.items():
        for time, word in enumerate(text.split()):
            kind, _, order = word.partition(":")
            rows.append((customer, int(order) if order else time, kind, order or None, f"{customer}{time}"))
    names = {"customer_id": pl.String, "time": pl.Int64, "kind": pl.String, "order_id": pl.String}
    return pl.LazyFrame(rows, {**names, "event_id": pl.String}, orient="row")


SHOP = events(an="view cart order order:9 order:9", bo="visit view visit", cy="order")


def test_ways_go_on_from_the_first_and_lead_to_the_last() -> None:
    after = paths(SHOP, "view", depth=3)
    assert after.most_frequent(9) == (
        [(("view", "visit", None, None), 1), (("view", "cart", "order", "order"), 1)], 0,
    )  # fmt: skip
    before = paths(SHOP, "order", direction="to", depth=2)
    assert before.most_frequent(1) == ([(("order", None, None), 1)], 1)
    assert before.customers.to_list() == ["an", "cy"]


def test_each_distance_counts_every_customer() -> None:
    after = paths(SHOP, "view", depth=3)
    assert after.matrix.sum(axis=1).tolist() == [2, 2, 2, 2]
    told = dict(zip((*after.names, None), after.matrix[1].tolist(), strict=True))
    assert told == {"view": 0, "order": 0, "visit": 1, "cart": 1, None: 0}


def test_what_is_rare_is_other_and_told() -> None:
    after = paths(SHOP, "view", depth=1, most=2)
    assert (after.names, after.others) == (("view", "order", "other"), 2)
    assert after.matrix[1].tolist() == [0, 0, 2, 0]


def test_an_unknown_touchpoint_is_refused_with_the_nearest() -> None:
    with pytest.raises(StamkundError, match="did you mean 'view'") as caught:
        paths(SHOP, "views")
    assert caught.value.code == "unknown_touchpoint"


def test_moves_between_stages_are_counted_from_one_moment_to_the_next() -> None:
    rows = [("a", 1, 0.0), ("a", 2, 1.0), ("a", 3, 1.0), ("b", 1, 0.0), ("b", 3, 1.0), ("c", 2, 1.0), ("c", 3, 0.0)]
    frame = pl.DataFrame(rows, ["customer_id", "as_of", "stage"], orient="row")
    flow = stage_flow(frame, ("new", "lapsed"))
    assert flow.moves.tolist() == [[[0, 1], [0, 0]], [[0, 0], [1, 1]]]
    assert flow.rows.height == flow.moves.sum()
    assert flow.rates.value[1, 1].tolist() == [0.5, 0.5]
    assert np.isnan(flow.rates.value[1, 0]).all()
