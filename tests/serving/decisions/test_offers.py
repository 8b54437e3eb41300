from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.config.settings import Settings
from features.lake import Lake
from features.units import DAY
from serving.decisions.candidates.offers import Offer, offers_at

NOW = 20_000 * DAY
SETTINGS = Settings.model_validate({"name": "Shop", "sources": {}, "offers": {"margin": 0.25, "window": "84d"}})


def event(event_id: str, customer: str, item: str, days_ago: int, **amounts: object) -> dict[str, object]:
    row = {
        "event_id": event_id,
        "customer_id": customer,
        "item_id": item,
        "time": NOW - days_ago * DAY,
        "kind": "order",
    }
    return row | amounts


EVENTS = [
    event("1", "a", "tea", 1, value=1000),
    event("2", "a", "tea", 84, value=5000),  # just outside (as_of − 84d, as_of]
    event("3", "b", "cup", 0, value=200),
    event("4", "b", "tea", -1, value=9000),  # later than as_of
    event("5", "a", "tea", 90, kind="coupon_applied", discount=50),
    event("6", "b", "tea", 2, kind="coupon_applied", discount=100),
    event("7", "b", "cake", 2, kind="coupon_applied", discount=300),
    event("8", "b", "cup", -2, kind="coupon_applied", discount=900),  # later than as_of
]
OFFERS: list[dict[str, object]] = [
    {"offer_id": "drinks", "campaign_id": "c1", "starts": NOW, "ends": NOW, "item_ids": ["tea", "cup"]},
    {"offer_id": "cups", "campaign_id": "c1", "starts": NOW + 1, "ends": None, "item_ids": ["cup"]},
    {"offer_id": "old", "campaign_id": None, "starts": None, "ends": NOW - 1, "item_ids": ["tea"]},
    {"offer_id": "given", "campaign_id": None, "value": 700, "cost": 1, "item_ids": None},
    {"offer_id": "half", "campaign_id": "c2", "value": 700, "item_ids": ["tea"]},
    {"offer_id": "half", "campaign_id": "c3", "cost": 7, "item_ids": ["nothing"]},
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    offers = pl.DataFrame(
        [{"type": "offer", "name": row["offer_id"]} | row for row in OFFERS], infer_schema_length=None
    )
    lake.write({"events": pl.DataFrame(EVENTS, infer_schema_length=None), "offers": offers})
    return lake


def offers_by_key(lake: Lake) -> dict[tuple[str, str | None], Offer]:
    return {(o.offer_id, o.campaign_id): o for o in offers_at(lake, SETTINGS, as_of=NOW)}


@pytest.mark.parametrize(
    ("key", "value", "cost", "assumed"),
    [
        # a spent 10.00 and b 2.00 on tea and cups: 6.00 each, a quarter of it; coupons on them took 0.50 and 1.00.
        (("drinks", "c1"), 150, 75, True),
        # only b bought cups; no coupon was ever seen on them, so the mean of all three: (50 + 100 + 300) / 3.
        (("cups", "c1"), 50, 150, True),
        (("given", None), 700, 1, False),
        (("half", "c2"), 700, 75, True),
        (("half", "c3"), 0, 7, True),  # nobody bought it
    ],
)
def test_worth_is_the_tables_or_assumed_from_history(
    lake: Lake,
    key: tuple[str, str | None],
    value: int,
    cost: int,
    assumed: bool,  # noqa: FBT001
) -> None:
    offer = offers_by_key(lake)[key]
    assert (offer.value, offer.cost, offer.assumed) == (value, cost, assumed)


def test_offers_that_are_over_are_kept_so_that_one_can_say_so(lake: Lake) -> None:
    offers = offers_by_key(lake)
    assert {key: (each.starts, each.ends) for key, each in offers.items()} == {
        ("drinks", "c1"): (NOW, NOW),
        ("cups", "c1"): (NOW + 1, None),
        ("old", None): (None, NOW - 1),
        ("given", None): (None, None),
        ("half", "c2"): (None, None),
        ("half", "c3"): (None, None),
    }
    assert offers["drinks", "c1"].item_ids == {"tea", "cup"}


def test_no_offers(tmp_path: Path) -> None:
    assert offers_at(Lake(tmp_path), SETTINGS, as_of=NOW) == []


def test_usual_spend_is_net_of_what_came_back_from_who_bought(lake: Lake) -> None:
    back = [
        event("r1", "a", "tea", 0, kind="refund", value=400),
        event("r2", "b", "cup", 0, kind="cancel", value=200),
        event("r3", "c", "tea", 0, kind="refund", value=5000),  # of what was bought before the window
        event("r4", "a", "tea", -1, kind="refund", value=600),  # later than as_of
    ]
    rows = pl.concat([lake.scan("events").collect(), pl.DataFrame(back, infer_schema_length=None)], how="diagonal")
    lake.write({"events": rows, "offers": lake.scan("offers").collect()})
    found = offers_by_key(lake)
    assert found["drinks", "c1"].value == 75  # a quarter of (6.00 + 0.00) / 2
    assert found["cups", "c1"].value == 0
