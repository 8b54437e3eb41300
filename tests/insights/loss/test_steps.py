"""The loss at each step of a journey, from events."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.config.sections.insights.journeys import JourneySettings
from features.errors import StamkundError
from features.units import DAY
from insights.journeys.journey import Journey
from insights.journeys.runs import Run
from insights.loss.histories import NEVER_DAYS, Vocabulary, brought, described
from insights.loss.steps import step_losses

COLUMNS = ["customer_id", "time", "kind", "value", "channel"]


def journey(**more: object) -> Journey:
    declared = {"steps": ["view", "order"], "within": "7d", "value": "28d", **more}
    return Journey.of("checkout", JourneySettings.model_validate(declared), minor_units=2)


def shop(n: int = 400) -> pl.LazyFrame:
    """Every other customer orders for 10.00 after the view; every fourth of all spends 4.00 later, order or not."""
    rows: list[tuple[str, int, str, int | None, str]] = []
    for c in range(n):
        name = f"c{c:03}"
        rows.append((name, 0, "view", None, "web"))
        if c % 2:
            rows.append((name, DAY, "order", 1000, "web"))
        if c % 4 < 2:
            rows.append((name, 20 * DAY, "order", 400, "app"))
    told = pl.LazyFrame(rows, COLUMNS, orient="row")
    return told.with_columns(
        order_id=pl.lit(None, pl.String), event_id=pl.col("customer_id") + pl.col("time").cast(str)
    )


def test_what_is_lost_is_what_the_order_brings_not_what_customers_spend_anyway() -> None:
    (step,) = step_losses(shop(), journey(), as_of=40 * DAY)
    assert (step.step, step.went, step.dropped, step.refusal) == ("view", 200, 200, None)
    assert float(step.gross.value) == pytest.approx(200 * 1200)
    assert float(step.anyway.value) == pytest.approx(200 * 200)
    assert step.lost is not None
    assert step.point is not None
    assert float(step.lost.value) == pytest.approx(200 * 1000, rel=0.02)
    assert float(step.point.value) == pytest.approx(float(step.lost.value) / 200 * 4)


def test_money_that_is_not_yet_over_is_left_out() -> None:
    (step,) = step_losses(shop(), journey(), as_of=28 * DAY - 1)
    assert (step.went, step.dropped) == (0, 0)
    assert step.refusal is not None
    assert step.refusal.code == "loss_too_few"


def test_a_customer_counts_once_by_the_first_entry_also_where_the_furthest_is_counted() -> None:
    again = shop().with_columns(time=pl.col("time") + DAY).filter(pl.col("kind") == "view")
    events = pl.concat([shop(), again])
    first, furthest = (step_losses(events, journey(by=by), as_of=60 * DAY) for by in ("first", "furthest"))
    assert first[0].went + first[0].dropped == 400
    assert first[0].lost is not None
    assert str(furthest[0].lost) == str(first[0].lost)


def test_of_every_entry_those_count_whose_money_is_apart_and_one_customer_is_seen_as_one() -> None:
    again = shop().with_columns(time=pl.col("time") + DAY).filter(pl.col("kind") == "view")  # within the first's time
    role = pl.col("customer_id").str.slice(1).cast(pl.Int64)
    other = pl.format("c{}", (role % 4 * 100 + role // 4).cast(pl.String).str.zfill(3))  # whatever they did before
    later = shop().with_columns(customer_id=other, time=pl.col("time") + 40 * DAY)
    (once,), (twice,) = (
        step_losses(events, journey(by="every"), as_of=90 * DAY)
        for events in (pl.concat([shop(), again]), pl.concat([shop(), again, later]))
    )
    assert (once.went + once.dropped, twice.went + twice.dropped) == (400, 800)
    assert once.lost is not None
    assert twice.lost is not None
    assert float(twice.lost.value) == pytest.approx(2 * float(once.lost.value), rel=0.02)
    (first,) = step_losses(pl.concat([shop(), again, later]), journey(by="first"), as_of=90 * DAY)
    assert first.went + first.dropped == 400


def test_steps_in_any_order_lose_nobody_before_another() -> None:
    with pytest.raises(StamkundError, match="no step comes before") as caught:
        step_losses(shop(4), journey(order="any"), as_of=40 * DAY)
    assert caught.value.code == "loss_of_any_order"


ROWS = [
    ("an", 0, "order", 500, "web"),
    ("an", 10 * DAY, "refund", 200, "web"),
    ("an", 30 * DAY, "view", None, "app"),
    ("an", 31 * DAY, "order", 700, "app"),
    ("bo", 5 * DAY, "view", None, None),
]


@pytest.mark.parametrize("begin", [0, -7 * DAY, 2800 * 7 * DAY])  # in 1970, in 1969, in 2023
def test_customers_are_described_by_what_was_known_at_the_step(begin: int) -> None:
    run = Run.of(pl.DataFrame(ROWS, COLUMNS, orient="row").with_columns(pl.col("time") + begin))
    told = described(run, np.array([2, 4]), Vocabulary(("order",), ("app",)))
    #        known  orders: all, 28d, 84d  money: all, 28d, 84d     since order  hour weekday app
    assert told.tolist() == [
        [30, 1, 0, 1, 300, -200, 300, 30, 0, 2, 1],
        [0, 0, 0, 0, 0, 0, 0, NEVER_DAYS, 0, 5, 0],
    ]
    at_the_order = described(run, np.array([3]), Vocabulary(("order",), ()))
    assert at_the_order[0, 1:4].tolist() == [2, 1, 2]  # with the step itself
    assert brought(run, np.array([0, 2, 2, 4]), 1 * DAY).tolist() == [0, 700, 700, 0]
    assert brought(run, np.array([0]), 10 * DAY).tolist() == [-200]
