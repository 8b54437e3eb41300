"""Percentiles of numbers: what a tenth is, and one answer for all at once and for one person."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.language.rules.evaluate import MISSING, compile_rule
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from insights.segments.columns.column import Column
from insights.segments.columns.percentiles import Fitted, Ranked, percentile, table_of
from insights.segments.counting.evaluate import Membership
from insights.segments.customers import Columns

NAMES = Names({"percentiles": {"spend": "number"}})
maybe = st.one_of(st.just(math.nan), st.floats(-1e6, 1e6), st.integers(-3, 3).map(float))


def members(spend: list[float], rule: str) -> list[float]:
    columns = {"features.spend": Column.of_numbers(np.array(spend))}
    everybody = Columns(np.arange(len(spend)), columns, 0, "", "UTC", Fitted(columns))
    inside = everybody.members(Rule.of(rule, NAMES), {})
    return [value for value, is_in in zip(spend, inside, strict=True) if is_in]


def test_the_top_tenth_is_at_most_a_tenth_and_ties_stand_together() -> None:
    assert members([float(n) for n in range(20)], "percentiles.spend >= 90") == [18, 19]
    assert members([0.0] * 17 + [5.0, 5.0, 9.0], "percentiles.spend >= 90") == [9]  # the fives would be three of twenty
    assert members([0.0] * 19 + [9.0], "percentiles.spend >= 90") == [9]  # whoever spends nothing is in no top
    assert members([1.0, 1.0, 1.0], "percentiles.spend >= 90") == []
    assert members([1.0, math.nan, 2.0, 3.0, 4.0], "percentiles.spend < 50") == [1, 2]  # of those of whom it is known


@given(st.lists(maybe, min_size=1, max_size=40), maybe, st.integers(0, 1000))
def test_a_percentile_is_the_share_of_those_who_have_less(values: list[float], one: float, tenths: int) -> None:
    known = [value for value in values if not math.isnan(value)]
    if not known or math.isnan(one):
        return
    told = float(percentile(table_of(np.array(values)), np.array([one]))[0])
    below = sum(value < one for value in known)
    assert (told >= tenths / 10) == (1000 * below >= tenths * len(known))  # exact, in integers


@given(
    st.lists(maybe, min_size=1, max_size=30),
    st.sampled_from([
        "percentiles.spend >= 90", "percentiles.spend < 33.3", "percentiles.spend == 50", "!(percentiles.spend > 50)",
        "percentiles.spend > 20 && percentiles.spend <= 80 || percentiles.spend in [0, 95]", "has(percentiles.spend)",
        "!has(percentiles.spend)",
        "!has(percentiles.spend) || percentiles.spend > 50", "percentiles.spend * 2 >= 101",
        "1 / percentiles.spend > 0.1",
    ]),
)  # fmt: skip
def test_a_rule_over_a_table_holds_for_those_for_whom_it_holds_by_themselves(values: list[float], rule: str) -> None:
    columns = {"features.spend": Column.of_numbers(np.array(values))}
    everybody = Columns(np.arange(len(values)), columns, 0, "", "UTC", Fitted(columns))
    node = Rule.of(rule, NAMES)
    alone = compile_rule(node.node, lambda _: MISSING, timezone="UTC")
    each = [alone(everybody.one(place, {})) for place in range(len(values))]
    holds, known = Membership.of(node.node, everybody.sources({}), timezone="UTC").answers(len(values))
    assert list(zip(holds.tolist(), known.tolist(), strict=True)) == [(bool(c.value), bool(c.known)) for c in each]


def test_nobody_ranks_where_no_table_is() -> None:
    unranked = Ranked(Column.of_numbers(np.array([1.0, 2.0])), np.empty(0))
    assert unranked.cell(slice(None)).known.tolist() == [False, False]
