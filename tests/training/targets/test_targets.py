from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from features.units import DAY
from training.targets.contacts import contact_outcomes, running_outcomes
from training.targets.lapse import Lapse
from training.targets.spend import Spend

LAPSE = Lapse("lapse", event="order", horizon_us=2 * DAY, active_us=3 * DAY)
SPEND = Spend("spend", event="order", horizon_us=2 * DAY, active_us=3 * DAY)
AS_OF = 10 * DAY


def events(*rows: tuple[str, str, int, int | None, str | None]) -> nw.LazyFrame[pl.LazyFrame]:
    names = {"customer_id": pl.String, "kind": pl.String, "time": pl.Int64, "value": pl.Int64, "campaign_id": pl.String}
    return nw.from_native(pl.LazyFrame(list(rows), schema=names, orient="row"))


def orders(*rows: tuple[str, int, int | None]) -> nw.LazyFrame[pl.LazyFrame]:
    return events(*((customer, "order", time, value, None) for customer, time, value in rows))


@pytest.mark.parametrize(
    ("time", "inside"),
    [(AS_OF - 3 * DAY, False), (AS_OF - 3 * DAY + 1, True), (AS_OF, True), (AS_OF + 1, False)],
)
def test_population_was_active_in_the_window_up_to_as_of(time: int, *, inside: bool) -> None:
    outcomes = LAPSE.outcomes(orders(("ann", time, 100)), as_of=AS_OF).collect()
    assert (outcomes["customer_id"].to_list() == ["ann"]) is inside


@pytest.mark.parametrize(
    ("time", "lapsed"),
    [(AS_OF, 1), (AS_OF + 1, 0), (AS_OF + 2 * DAY, 0), (AS_OF + 2 * DAY + 1, 1)],
)
def test_lapse_is_nothing_within_the_horizon(time: int, lapsed: int) -> None:
    outcomes = LAPSE.outcomes(orders(("ann", AS_OF - DAY, 100), ("ann", time, 100)), as_of=AS_OF).collect()
    assert outcomes["y"].to_list() == [lapsed]


def test_spend_sums_the_horizon_and_nothing_else() -> None:
    rows = orders(
        ("ann", AS_OF, 100), ("ann", AS_OF + 1, 250), ("ann", AS_OF + 2 * DAY, 50), ("ann", AS_OF + 3 * DAY, 999),
        ("bob", AS_OF - DAY, 100), ("bob", AS_OF + DAY, None), ("cat", AS_OF + DAY, 700),
    )  # fmt: skip
    outcomes = SPEND.outcomes(rows, as_of=AS_OF).collect().sort("customer_id")
    assert outcomes.select("customer_id", "y").rows() == [("ann", 300), ("bob", 0)]


def test_redemption_answers_its_own_campaign_until_the_horizon_or_its_end() -> None:
    ends = nw.from_native(pl.LazyFrame({"campaign_id": ["long", "short"], "ends": [None, AS_OF + 2 * DAY]}))
    rows = events(
        ("ann", "contact", AS_OF, None, "long"), ("ann", "redeem", AS_OF + 5 * DAY, None, "long"),
        ("bob", "contact", AS_OF, None, "long"), ("bob", "redeem", AS_OF + 5 * DAY + 1, None, "long"),
        ("cat", "contact", AS_OF, None, "short"), ("cat", "redeem", AS_OF + 3 * DAY, None, "short"),
        ("dan", "contact", AS_OF, None, "short"), ("dan", "redeem", AS_OF + DAY, None, "long"),
        ("eve", "contact", AS_OF, None, "short"), ("eve", "redeem", AS_OF, None, "short"),
        ("fay", "contact", AS_OF, None, "unknown"), ("gus", "contact", AS_OF, None, None),
    )  # fmt: skip
    outcomes = (
        contact_outcomes(rows, ends, contact="contact", response="redeem", horizon_us=5 * DAY)
        .collect()
        .sort("customer_id")
    )
    assert outcomes.select("customer_id", "campaign_id", "known_at", "y").rows() == [
        ("ann", "long", AS_OF + 5 * DAY, 1),
        ("bob", "long", AS_OF + 5 * DAY, 0),
        ("cat", "short", AS_OF + 2 * DAY, 0),
        ("dan", "short", AS_OF + 2 * DAY, 0),
        ("eve", "short", AS_OF + 2 * DAY, 0),
    ]


def test_while_a_campaign_runs_what_is_left_of_it_is_to_be_predicted() -> None:
    ends = nw.from_native(
        pl.LazyFrame({"campaign_id": ["long", "short", "over"], "ends": [None, AS_OF + 2 * DAY, AS_OF]})
    )
    rows = events(
        ("ann", "contact", AS_OF - DAY, None, "long"), ("ann", "redeem", AS_OF + 5 * DAY, None, "long"),
        ("bob", "contact", AS_OF - DAY, None, "short"), ("bob", "redeem", AS_OF, None, "short"),
        ("cat", "contact", AS_OF - DAY, None, "short"), ("cat", "redeem", AS_OF, None, "short"),
        ("cat", "redeem", AS_OF + 1, None, "short"),
        ("dan", "contact", AS_OF - DAY, None, "short"), ("dan", "redeem", AS_OF + 3 * DAY, None, "short"),
        ("eve", "contact", AS_OF, None, "long"), ("eve", "contact", AS_OF - DAY, None, "long"),
        ("fay", "contact", AS_OF + 1, None, "long"), ("gus", "contact", AS_OF - 5 * DAY, None, "long"),
        ("hal", "contact", AS_OF - DAY, None, "over"),
        ("ivy", "contact", AS_OF - DAY, None, "long"), ("ivy", "contact", AS_OF + 1, None, "long"),
    )  # fmt: skip
    outcomes = (
        running_outcomes(rows, ends, contact="contact", response="redeem", horizon_us=5 * DAY, as_of=AS_OF)
        .collect()
        .sort("customer_id")
    )
    assert outcomes.select("customer_id", "campaign_id", "as_of", "known_at", "y").rows() == [
        ("ann", "long", AS_OF, AS_OF + 5 * DAY, 1),
        ("bob", "short", AS_OF, AS_OF + 2 * DAY, 0),  # responded already, and not again
        ("cat", "short", AS_OF, AS_OF + 2 * DAY, 1),
        ("dan", "short", AS_OF, AS_OF + 2 * DAY, 0),
        ("ivy", "long", AS_OF, AS_OF + 5 * DAY, 0),  # that she is reached again is not known yet
    ]  # eve's row is her contact's own; gus was reached too long ago
