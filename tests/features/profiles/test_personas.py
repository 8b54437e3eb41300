"""Personas: groups that are there are found, named by what sets them apart, and told for single customers."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.language.formulas import nearest
from features.profiles.personas import FEWEST, GROUPS, HABITS, personas


def peers(*groups: dict[str, float]) -> pl.DataFrame:
    """A hundred customers of each group, their habits scattered a little around its own."""
    draw = np.random.default_rng(7)
    usual = dict.fromkeys(HABITS, 1.0)
    frames = [pl.DataFrame({k: v + draw.normal(0, 0.05, 100) for k, v in (usual | g).items()}) for g in groups]
    return pl.concat(frames)


GROUPS_MADE = (
    {"orders_90d": 9.0},
    {"spend_per_order_all": 9.0},
    {"discount_rate_all": 9.0},
    {"weekend_share_all": 9.0},
    {"evening_share_all": 9.0},
)


def test_groups_are_found_and_named_by_what_sets_them_apart() -> None:
    feature = personas(peers(*GROUPS_MADE))
    assert feature is not None
    assert sorted(name.split(", ")[0] for name in feature.vocabulary) == sorted(
        ["buys often", "big baskets", "hunts discounts", "at weekends", "in the evening"]
    )


def test_each_customer_is_told_the_group_they_came_from() -> None:
    everyone = peers(*GROUPS_MADE)
    feature = personas(everyone)
    assert feature is not None
    parameters = np.array(feature.parameters).reshape(-1, len(feature.inputs))
    places = nearest(everyone.select(feature.inputs).to_numpy(), parameters)
    assert [len(set(places[i * 100 : (i + 1) * 100])) for i in range(GROUPS)] == [1] * GROUPS
    assert len(set(places)) == GROUPS
    assert feature.display(places[0]) is not None
    assert str(feature.display(places[0])).startswith("buys often")


def test_too_few_customers_make_no_personas() -> None:
    assert personas(peers(*GROUPS_MADE).head(GROUPS * FEWEST - 1)) is None


def test_customers_alike_in_all_but_one_habit_make_no_personas() -> None:
    alike = pl.DataFrame(dict.fromkeys(HABITS, [1.0] * 300))
    assert personas(alike) is None
    unknown = alike.with_columns(spend_per_order_all=float("nan"), discount_rate_all=float("nan"))
    assert personas(unknown) is None
    assert personas(unknown.with_columns(orders_90d=pl.Series([1.0, 2.0] * 150))) is None


def test_customers_who_differ_in_few_ways_make_no_personas() -> None:
    two_ways = peers({}).head(2).select(pl.all().repeat_by(150).explode())
    assert personas(two_ways) is None


def test_names_are_distinct_however_few_habits_vary() -> None:
    # Below the mean in both habits, and more so in orders, are the first two of five groups.
    varied = {"orders_90d": [1.0, 2.0, 3.0, 4.0, 5.0] * 60, "weekend_share_all": [0.0, 0.1, 0.2, 0.3, 1.0] * 60}
    feature = personas(pl.DataFrame({**dict.fromkeys(HABITS, [1.0] * 300), **varied}))
    assert feature is not None
    assert feature.inputs == tuple(varied)
    assert len(set(feature.vocabulary)) == GROUPS
    assert {"buys rarely, on weekdays", "buys rarely, on weekdays 2"} < set(feature.vocabulary)
