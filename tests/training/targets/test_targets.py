from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypedDict

import narwhals as nw
import polars as pl
import pytest
from pydantic import ValidationError

from features.config.settings import Settings
from features.lake import Lake
from features.units import DAY
from training.targets import Target, targets_of
from training.targets.lapse import Lapse
from training.targets.margin import Margin
from training.targets.orders import Orders
from training.targets.populations.contacts import contact_outcomes, running_outcomes
from training.targets.redemption import Redemption
from training.targets.spend import Spend
from training.walk.dataset import scale_of

LAPSE = Lapse("lapse", event="order", horizon_us=2 * DAY, active_us=3 * DAY)
SPEND = Spend("spend", event="order", horizon_us=2 * DAY, active_us=3 * DAY)
ORDERS = Orders("orders", event="order", horizon_us=2 * DAY, active_us=3 * DAY)
MARGIN = Margin("margin", event="order", horizon_us=2 * DAY, active_us=3 * DAY, share=0.25)
AS_OF = 10 * DAY

REDEMPTION = Redemption("redeem", event="contact", response="redeem", horizon_us=5 * DAY)


class Kinds(TypedDict):
    contact: str
    response: str


REDEEM: Kinds = {"contact": "contact", "response": "redeem"}


def events(*rows: tuple[str | None, str, int, int | None, str | None]) -> nw.LazyFrame[pl.LazyFrame]:
    names = {"customer_id": pl.String, "kind": pl.String, "time": pl.Int64, "value": pl.Int64, "campaign_id": pl.String}
    return nw.from_native(pl.LazyFrame(list(rows), schema=names, orient="row").with_columns(known_at="time"))


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


def test_spend_is_net_of_what_comes_back_in_the_horizon() -> None:
    rows = events(
        ("ann", "order", AS_OF, 900, None), ("ann", "refund", AS_OF, 900, None),
        ("ann", "order", AS_OF + 1, 250, None), ("ann", "refund", AS_OF + DAY, 50, None),
        ("ann", "cancel", AS_OF + DAY, 30, None), ("ann", "refund", AS_OF + 2 * DAY + 1, 100, None),
        ("bob", "order", AS_OF - DAY, 700, None), ("bob", "refund", AS_OF + DAY, 700, None),
        ("cat", "refund", AS_OF, 700, None), ("cat", "order", AS_OF + DAY, 700, None),
    )  # fmt: skip
    outcomes = SPEND.outcomes(rows, as_of=AS_OF).collect().sort("customer_id")
    assert outcomes.select("customer_id", "y").rows() == [("ann", 170), ("bob", -700)]
    assert LAPSE.outcomes(rows, as_of=AS_OF).collect().sort("customer_id")["y"].to_list() == [0, 1]


def test_spend_of_another_kind_knows_no_returns() -> None:
    gifts = Spend("gifts", event="gift", horizon_us=2 * DAY, active_us=2 * DAY)
    rows = events(
        ("ann", "gift", AS_OF, 1, None), ("ann", "gift", AS_OF + 1, 100, None), ("ann", "refund", AS_OF + 1, 50, None)
    )
    assert gifts.outcomes(rows, as_of=AS_OF).collect()["y"].to_list() == [100]


def test_orders_are_counted_once_each_whatever_comes_back() -> None:
    """Of two lines one order; a refund takes none away; an event without lines is one by itself."""
    rows = pl.DataFrame(
        [
            ("ann", "order", AS_OF, 1), ("ann", "order", AS_OF + 1, 1), ("ann", "order", AS_OF + 1, 2),
            ("ann", "order", AS_OF + 2 * DAY, 1), ("ann", "order", AS_OF + 2 * DAY + 1, 1),
            ("ann", "refund", AS_OF + DAY, None), ("bob", "order", AS_OF - DAY, 1), ("cat", "order", AS_OF + 1, 1),
            ("dan", "visit", AS_OF, None), ("dan", "visit", AS_OF + 1, None), ("dan", "visit", AS_OF + 1, None),
        ],
        schema=["customer_id", "kind", "time", "order_line"], orient="row",
    ).with_columns(known_at="time")  # fmt: skip
    for target, found in ((ORDERS, [("ann", 2), ("bob", 0)]), (replace(ORDERS, event="visit"), [("dan", 2)])):
        outcomes = target.outcomes(nw.from_native(rows.lazy()), as_of=AS_OF).collect().sort("customer_id")
        assert outcomes.select("customer_id", "y").rows() == found


def test_a_margin_is_value_less_what_the_goods_cost(tmp_path: Path) -> None:
    """Ann's: 1000 − 700 by the line's own cost; 900 − 3 × 200 by the item's; 25 % of 400; off comes 500 − 200.

    Bob's cost more than they brought; cat's half a minor unit is rounded to an even one.
    """
    row = {"source": "shop", "id_type": "user_id", "kind": "order"}
    made = [
        ("ann", AS_OF, None, None, 999, None), ("ann", AS_OF + 1, "tea", 2.0, 1000, 700),
        ("ann", AS_OF + 2, "tea", 3.0, 900, None), ("ann", AS_OF + 3, "cake", 1.0, 400, None),
        ("ann", AS_OF + 4, "tea", None, 500, None),
        ("bob", AS_OF, None, None, 1, None), ("bob", AS_OF + 1, None, None, 100, 160),
        ("cat", AS_OF, None, None, 1, None), ("cat", AS_OF + 1, None, None, 10, None),
    ]  # fmt: skip
    names = ("customer_id", "time", "item_id", "quantity", "value", "cost")
    events = pl.DataFrame(
        [row | dict(zip(names, each, strict=True)) | {"event_id": str(n)} for n, each in enumerate(made)]
    )
    refund = pl.when(pl.col("event_id") == "4").then(pl.lit("refund")).otherwise("kind").alias("kind")
    items = pl.DataFrame({"item_id": ["tea", "cake"], "cost": [200, None]})
    lake = Lake(tmp_path)
    lake.write({"events": events.with_columns(refund), "items": items})
    found = MARGIN.labels(lake, moments=[AS_OF]).select("customer_id", "y").rows()
    assert found == [("ann", 300 + 300 + 100 - 300), ("bob", -60), ("cat", 2)]


def test_money_alone_comes_in_minor_units() -> None:
    assert [scale_of(target, 2) for target in (LAPSE, SPEND, ORDERS, MARGIN, REDEMPTION)] == [1, 100, 1, 100, 1]


def test_a_margin_without_the_share_that_is_left_is_refused() -> None:
    with pytest.raises(ValidationError, match="margin"):
        Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"it": {"type": "margin"}}})


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


def test_only_the_targets_own_events_of_known_customers_count() -> None:
    rows = events(
        ("ann", "order", AS_OF, 100, None), ("ann", "visit", AS_OF + 1, 50, None),
        ("bob", "visit", AS_OF, 100, None), ("bob", "order", AS_OF + 1, 50, None),
        (None, "order", AS_OF, 100, None), (None, "order", AS_OF + 1, 50, None),
    )  # fmt: skip
    for target, y in ((LAPSE, 1), (SPEND, 0)):
        found = target.outcomes(rows, as_of=AS_OF).collect()
        assert found.select("customer_id", "as_of", "y").rows() == [("ann", AS_OF, y)]


@pytest.mark.parametrize(
    ("time", "y"),
    [(AS_OF, 0), (AS_OF + 1, 1), (AS_OF + 2 * DAY, 1), (AS_OF + 2 * DAY + 1, 0)],
)
@pytest.mark.parametrize(("campaign", "horizon"), [("long", 2 * DAY), ("short", 5 * DAY)])
def test_a_response_counts_after_the_contact_up_to_the_very_end(campaign: str, horizon: int, time: int, y: int) -> None:
    """The end is the horizon's, of the campaign without one, or the campaign's own; asked about either way."""
    ends = nw.from_native(pl.LazyFrame({"campaign_id": ["long", "short"], "ends": [None, AS_OF + 2 * DAY]}))
    for contact in (AS_OF, AS_OF - DAY):
        rows = events(("ann", "contact", contact, None, campaign), ("ann", "redeem", time, None, campaign))
        asked = (
            contact_outcomes(rows, ends, **REDEEM, horizon_us=horizon)
            if contact == AS_OF
            else running_outcomes(rows, ends, **REDEEM, horizon_us=horizon, as_of=AS_OF)
        )
        assert asked.collect().select("as_of", "known_at", "y").rows() == [(AS_OF, AS_OF + 2 * DAY, y)]


@pytest.mark.parametrize(
    ("time", "known_at", "y"),
    [(AS_OF, AS_OF, 0), (AS_OF, AS_OF + 1, 1), (AS_OF, AS_OF + 9 * DAY, 1), (AS_OF - 1, AS_OF + 1, 0)],
)
@pytest.mark.parametrize("contact", [AS_OF, AS_OF - DAY])
def test_a_response_at_the_moment_is_an_outcome_where_it_was_not_known_yet(
    contact: int, time: int, known_at: int, y: int
) -> None:
    """At the contact's moment, or at a later one; what happened before is none, though it became known after."""
    ends = nw.from_native(pl.LazyFrame({"campaign_id": ["it"], "ends": [None]}, schema_overrides={"ends": pl.Int64}))
    rows = events(("ann", "contact", contact, None, "it"), ("ann", "redeem", time, None, "it"))
    told = nw.when(nw.col("kind") == "redeem").then(nw.lit(known_at)).otherwise(nw.col("known_at"))
    rows = rows.with_columns(known_at=told)
    asked = (
        contact_outcomes(rows, ends, **REDEEM, horizon_us=5 * DAY)
        if contact == AS_OF
        else running_outcomes(rows, ends, **REDEEM, horizon_us=5 * DAY, as_of=AS_OF)
    )
    assert asked.collect().select("as_of", "y").rows() == [(AS_OF, y)]


def test_a_campaign_that_ends_with_the_horizon_or_after_it_changes_nothing() -> None:
    for end in (AS_OF + 5 * DAY, AS_OF + 5 * DAY + 1):
        ends = nw.from_native(pl.LazyFrame({"campaign_id": ["it"], "ends": [end]}))
        rows = events(("ann", "contact", AS_OF, None, "it"), ("ann", "redeem", end, None, "it"))
        found = contact_outcomes(rows, ends, **REDEEM, horizon_us=5 * DAY).collect()
        assert found.select("known_at", "y").rows() == [(AS_OF + 5 * DAY, int(end == AS_OF + 5 * DAY))]


def test_what_was_said_twice_is_one_contact_and_another_contact_is_a_row_more() -> None:
    ends = nw.from_native(pl.LazyFrame({"campaign_id": ["it"], "ends": [None]}, schema_overrides={"ends": pl.Int64}))
    rows = events(
        ("ann", "contact", AS_OF, None, "it"), ("ann", "contact", AS_OF, None, "it"),
        ("ann", "contact", AS_OF + DAY, None, "it"),
        ("ann", "redeem", AS_OF + DAY, None, "it"), ("ann", "redeem", AS_OF + DAY, None, "it"),
        ("bob", "contact", AS_OF, None, "it"), (None, "contact", AS_OF, None, "it"),
        (None, "redeem", AS_OF + 1, None, "it"),
    )  # fmt: skip
    found = contact_outcomes(rows, ends, **REDEEM, horizon_us=5 * DAY).collect().sort("customer_id", "as_of")
    assert found.select("customer_id", "as_of", "y").rows() == [
        ("ann", AS_OF, 1),
        ("ann", AS_OF + DAY, 0),
        ("bob", AS_OF, 0),
    ]


def test_a_contact_when_its_campaign_is_over_asks_nothing() -> None:
    ends = nw.from_native(pl.LazyFrame({"campaign_id": ["it"], "ends": [AS_OF]}))
    rows = events(*(("ann", "contact", AS_OF + after, None, "it") for after in (-1, 0, 1)))
    found = contact_outcomes(rows, ends, **REDEEM, horizon_us=5 * DAY).collect()
    assert found.select("as_of", "known_at").rows() == [(AS_OF - 1, AS_OF)]


@pytest.mark.parametrize(("contact", "asked"), [(-5 * DAY, False), (-5 * DAY + 1, True), (-1, True), (0, False)])
def test_a_contact_counts_for_less_than_a_horizon(contact: int, *, asked: bool) -> None:
    ends = nw.from_native(pl.LazyFrame({"campaign_id": ["it"], "ends": [None]}, schema_overrides={"ends": pl.Int64}))
    rows = events(("ann", "contact", AS_OF + contact, None, "it"))
    assert (len(running_outcomes(rows, ends, **REDEEM, horizon_us=5 * DAY, as_of=AS_OF).collect()) == 1) is asked


@pytest.mark.parametrize(
    ("declared", "target"),
    [
        ({"type": "lapse", "event": "visit", "horizon": "2d", "active": "3d"}, replace(LAPSE, event="visit")),
        ({"type": "spend", "horizon": "2d", "active": "3d"}, SPEND),
        ({"type": "orders", "event": "visit", "horizon": "2d", "active": "3d"}, replace(ORDERS, event="visit")),
        ({"type": "margin", "horizon": "2d", "active": "3d", "margin": 0.25}, MARGIN),
        ({"type": "redemption", "horizon": "5d"}, REDEMPTION),
        (
            {"type": "redemption", "contact": "mail", "response": "reply", "horizon": "5d"},
            replace(REDEMPTION, event="mail", response="reply"),
        ),
    ],
)
def test_a_target_is_what_was_declared(declared: dict[str, str], target: Target) -> None:
    settings = Settings.model_validate({"name": "Shop", "sources": {}, "targets": {target.name: declared}})
    assert targets_of(settings) == {target.name: target}
