"""The next order by a model of orders: dates worked out by hand, and a customer alone as in a crowd."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.language.defaults.orders import FIRST_ORDER, LAST_ORDER, ORDER, SPEND
from features.language.feature import amount, since
from features.language.terms import Measure, Span
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from serving.scoring.batches.frames import frame_of
from serving.scoring.lineup import Lineup
from serving.scoring.orders import OrderColumns
from serving.scoring.rows.pairs import Pairs
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from training.btyd import BetaGeometric, GammaGamma
from training.orders import OrdersModel

AS_OF = 17_000 * DAY + DAY // 2  # 2016-07-18T12:00:00Z
FEATURES = FeatureSet(
    (
        amount("order_days", Measure("distinct", "day", ORDER), Span(None), "count", "days with an order"),
        since("days_since_first_order", FIRST_ORDER, "days since the first order"),
        since("days_since_last_order", LAST_ORDER, "days since the last order"),
        amount("spend", SPEND, Span(None), "money", "spend"),
    ),
    fitted_at=0,
)
# Nobody leaves and everybody orders on one day in ten, for 1.5 orders: by hand.
STEADY = OrdersModel(0, 0, 80, 1.5, BetaGeometric(1e9, 1e10, 1e-9, 1e9, leaves_at_first=False), None)
# Worth 20 a day, whatever the customer's own mean.
WORTH = GammaGamma(p=1.0, q=1e9 + 1, gamma=2e10)


def said(model: OrdersModel | None, *customers: tuple[float, float, float, float], discount: float = 0.0) -> Sheet:
    """The answers for customers by their days with an order, days since the first and the last, and spend."""
    names = [str(place) for place in range(len(customers))]
    rows, nobody = np.array(customers), np.zeros(len(customers), dtype=np.bool_)
    lineup = Lineup.of(FEATURES, {}, model, discount=discount)
    return score(lineup, names, rows, Pairs.none(), nobody, as_of=AS_OF)


def test_the_next_order_of_a_steady_customer_by_hand() -> None:
    """At a tenth a day it has come with a chance p after −10 ln(1 − p) days: 1.05, 6.93 and 23.03."""
    sheet = said(STEADY, (4, 60, 3, 90.0))
    answer, row = sheet.answer(0), frame_of(sheet, "b1").row(0, named=True)
    assert answer["next_order"] == {
        "probability": pytest.approx(1 - np.exp(-8.4), rel=1e-6),
        "low": "2016-07-19",
        "median": "2016-07-25",
        "high": "2016-08-10",
        "basis": "btyd",
    }
    assert answer["expected_date_of_next_order"] == "2016-07-25"
    assert [str(row[f"next_order_{name}"]) for name in ("low", "median", "high")] == [
        "2016-07-19", "2016-07-25", "2016-08-10",
    ]  # fmt: skip
    assert str(row["expected_date_of_next_order"]) == "2016-07-25"
    assert answer["predicted_number_of_orders"] == pytest.approx(84 / 10 * 1.5, rel=1e-6)


def test_a_customer_who_has_probably_left_has_no_date_and_the_chance_says_why() -> None:
    leaving = replace(STEADY, timing=BetaGeometric(1.2, 12.0, 0.9, 2.5))
    stays, left, never = (
        said(leaving, each).answer(0) for each in ((20, 200, 2, 1), (20, 300, 200, 1), (0, np.nan, np.nan, 0))
    )
    for answer, at_least, at_most in ((stays, 0.5, 1.0), (left, 0.0, 0.01)):
        next_order = answer["next_order"]
        assert isinstance(next_order, dict)
        assert at_least <= next_order["probability"] <= at_most
        assert (next_order["median"] is None) == (at_most < 0.5)
        assert answer["predicted_number_of_orders"] is not None
    assert never["next_order"] == dict.fromkeys(("probability", "low", "median", "high")) | {"basis": "btyd"}
    assert never["predicted_number_of_orders"] is None


def test_what_orders_bring_is_told_without_a_champion_and_says_so() -> None:
    valued = replace(STEADY, value=WORTH)
    sheet = said(valued, (4, 60, 3, 90.0), (0, np.nan, np.nan, 0.0))
    answers = [sheet.answer(place) for place in (0, 1)]
    assert answers[0]["predicted_clv"] == pytest.approx(8.4 * 20, rel=1e-5)
    assert [answer["predicted_clv_fallback"] for answer in answers] == ["btyd", None]
    assert frame_of(sheet, "b1")["predicted_clv_fallback"].to_list() == ["btyd", None]
    alone = said(STEADY, (4, 60, 3, 90.0)).answer(0)
    assert (alone["predicted_clv"], alone["predicted_clv_fallback"]) == (None, None)


def test_features_that_do_not_tell_order_days_leave_the_rule() -> None:
    lacking = FeatureSet(FEATURES.features[1:], fitted_at=0)
    ahead = OrderColumns.of(lacking).ahead(np.array([[60.0, 3.0, 90.0]]), STEADY, horizon=84 * DAY)
    assert ahead.next_order.basis == "rule"


def test_what_orders_bring_is_told_as_it_is_worth_today_by_hand() -> None:
    """A tenth of an order a day for 84 days, 20 each, worth e^(−ft) after t days: in all 2 (1 − e^(−84 f)) / f."""
    model, force = replace(STEADY, value=WORTH), np.log(1.25) / 365.25
    plain, answer = (said(model, (4, 60, 3, 90.0), discount=rate).answer(0) for rate in (0.0, 0.25))
    assert (plain["predicted_clv"], plain["discount_rate"]) == (pytest.approx(168, rel=1e-6), 0.0)
    worth = 0.1 * 20 * (1 - np.exp(-84 * force)) / force
    assert (answer["predicted_clv"], answer["discount_rate"]) == (pytest.approx(worth, rel=1e-6), 0.25)
    for figure in ("predicted_number_of_orders", "next_order", "historic_clv"):
        assert answer[figure] == plain[figure]  # what is no money to come stays


def test_who_never_ordered_and_a_rule_go_by_the_middle_of_the_horizon() -> None:
    columns, rows = OrderColumns.of(FEATURES), np.array([[0.0, np.nan, np.nan, 0.0], [4.0, 60.0, 3.0, 90.0]])
    middle = 1.25 ** (-42 / 365.25)
    by_rule, by_model = (columns.ahead(rows, m, horizon=84 * DAY, discount=0.25).present for m in (None, STEADY))
    assert by_rule.tolist() == pytest.approx([middle, middle])
    assert by_model[0] == pytest.approx(middle)
    assert by_model[1] == pytest.approx(middle, rel=1e-3)  # a steady customer's orders are spread evenly
    assert by_model[1] != by_rule[1]


CUSTOMERS = st.tuples(st.integers(1, 300), st.floats(0, 700), st.floats(0, 1)).map(
    lambda t: (float(t[0]), t[1] + 1, t[1] * t[2], 9.5 * t[0])
)


@given(st.lists(CUSTOMERS, min_size=2, max_size=9), st.integers(1, 4))
def test_a_customer_alone_is_told_the_very_same_as_among_others(
    customers: list[tuple[float, float, float, float]], k: int
) -> None:
    model = replace(STEADY, timing=BetaGeometric(1.2, 12.0, 0.9, 2.5, k), value=GammaGamma(6.0, 4.0, 15.0))
    columns, together = OrderColumns.of(FEATURES), np.array(customers)
    crowd = columns.ahead(together, model, horizon=84 * DAY, discount=0.1)
    for place in range(len(customers)):
        alone = columns.ahead(together[place : place + 1], model, horizon=84 * DAY, discount=0.1)
        for one, all_ in (
            (alone.number, crowd.number), (alone.value, crowd.value), (alone.present, crowd.present),
            (alone.next_order.probability, crowd.next_order.probability), (alone.next_order.low, crowd.next_order.low),
            (alone.next_order.median, crowd.next_order.median), (alone.next_order.high, crowd.next_order.high),
        ):  # fmt: skip
            assert one[0] == all_[place]
