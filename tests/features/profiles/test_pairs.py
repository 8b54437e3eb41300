"""Affinity: a customer beside a campaign's products, by hand and by both evaluators."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from features.evaluate.online.record import Record
from features.lake import Lake
from features.profiles.pairs.campaigns import campaigns
from features.profiles.pairs.features import PAIR_FEATURES
from features.profiles.pairs.frames import pair_frame, pair_vectors
from features.units import DAY
from tests.features.one_customer import NOW, Row, event

MOMENT = 1 / DAY  # a microsecond, in days
EVENTS: list[Row] = [
    event(100, value=400, item_id="tea"),
    event(20, value=300, item_id="tea"),
    event(20, value=100, item_id="salt", order_line=2),
    event(20, "coupon_applied", item_id="tea", discount=50),
    event(-1, value=900, item_id="cake"),
    event(5, "contact", campaign_id="7"),
    event(2, "contact", campaign_id="7"),
    event(1, "contact", campaign_id="8"),
    event(1, "redeem", campaign_id="7"),
    event(1, "redeem", campaign_id="8"),
    event(0, "redeem", campaign_id="7", order_line=3),
]
OFFERS = [
    {"offer_id": "a", "campaign_id": "7", "starts": NOW - 5 * DAY, "ends": NOW + 5 * DAY, "item_ids": ["tea"]},
    {"offer_id": "b", "campaign_id": "7", "starts": NOW - 5 * DAY, "ends": NOW + 5 * DAY, "item_ids": ["tea", "cake"]},
    {"offer_id": "c", "campaign_id": "8", "starts": NOW - 5 * DAY, "ends": None, "item_ids": ["salt"]},
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.write({"events": pl.DataFrame(EVENTS, infer_schema_length=None), "offers": pl.DataFrame(OFFERS)})
    return lake


def test_affinity_counts_only_the_campaigns_products_up_to_as_of(lake: Lake) -> None:
    pairs = pl.DataFrame({"customer_id": ["c1", "nobody"], "campaign_id": ["7", "7"], "as_of": [NOW, NOW]})
    first, second = pair_frame(lake, pairs).select(PAIR_FEATURES).rows()
    # 2 offers on 2 products for 10 days; tea twice, once within 90 days for 3.00 of 4.00, and one coupon on it;
    # reached 2 days ago, with 5 days left, and 2 responses.
    assert first == (2, 2, 10, 2, 1, 300, 1, 0.75, 2, 5, 2)
    assert str(second) == "(2.0, 2.0, 10.0, 0.0, 0.0, 0.0, 0.0, nan, nan, 5.0, 0.0)"


def test_the_record_gives_the_frames_row(lake: Lake) -> None:
    moments = [NOW, NOW - 1, NOW - 3 * DAY // 2, NOW - 4 * DAY, NOW - 15 * DAY, NOW - 50 * DAY, NOW + 2 * DAY]
    for campaign, as_of in product(("7", "8"), moments):
        pair = pl.DataFrame({"customer_id": ["c1"], "campaign_id": [campaign], "as_of": [as_of]})
        live = pair_vectors(Record.of(EVENTS), [campaigns(lake)[campaign]], as_of=as_of)[0]
        assert repr(live.tolist()) == repr(list(pair_frame(lake, pair).select(PAIR_FEATURES).row(0)))


def test_what_reaches_and_what_answers_is_said_by_the_target(lake: Lake) -> None:
    pair = pl.DataFrame({"customer_id": ["c1"], "campaign_id": ["7"], "as_of": [NOW]})
    kinds = {"contact": "redeem", "response": "contact"}
    framed = pair_frame(lake, pair, **kinds).select(PAIR_FEATURES).row(0)
    assert framed[-3:] == (0, 5, 2)
    assert pair_vectors(Record.of(EVENTS), [campaigns(lake)["7"]], as_of=NOW, **kinds).tolist() == [list(framed)]


@pytest.mark.parametrize(("days", "running"), [(-6, False), (-5, True), (5, True), (6, False)])
def test_a_campaign_runs_while_an_offer_is_valid(lake: Lake, days: int, running: bool) -> None:  # noqa: FBT001
    assert campaigns(lake)["7"].running(NOW + days * DAY) == running


@pytest.mark.parametrize(
    ("days_ago", "bought", "recently"),
    [(90, 1, 0), (90 - MOMENT, 1, 1), (0, 1, 1), (-MOMENT, 0, 0)],
    ids=["on the far edge", "just inside", "at as_of", "just after as_of"],
)
def test_the_last_90_days_begin_after_their_far_edge_and_end_at_as_of(
    tmp_path: Path, days_ago: float, bought: int, recently: int
) -> None:
    # 5.00 of tea, which the campaign has, and 15.00 of salt a day ago.
    rows = [event(days_ago, value=500, item_id="tea"), event(1, value=1500, item_id="salt")]
    lake = Lake(tmp_path)
    lake.write({"events": pl.DataFrame(rows, infer_schema_length=None), "offers": pl.DataFrame(OFFERS)})
    pair = pl.DataFrame({"customer_id": ["c1"], "campaign_id": ["7"], "as_of": [NOW]})
    framed = pair_frame(lake, pair).select(PAIR_FEATURES).row(0)
    live = pair_vectors(Record.of(rows), [campaigns(lake)["7"]], as_of=NOW)[0]
    # lines ever and lately, spend lately, no coupon, and the share of all spend lately.
    assert framed[3:8] == tuple(live[3:8]) == (bought, recently, 500 * recently, 0, recently / 4)


@pytest.mark.parametrize(
    ("bounds", "days", "left", "running"),
    [
        ([(-5, 5), (-9, 2)], 14, 5, [False, True, True, False]),  # from the first start to the last end
        ([(-5, 5), (None, 2)], math.nan, 5, [True, True, True, False]),
        ([(-5, 5), (-9, None)], math.nan, math.nan, [False, True, True, True]),
        ([(None, None)], math.nan, math.nan, [True, True, True, True]),
    ],
)
def test_a_campaign_lasts_as_long_as_any_of_its_offers(
    tmp_path: Path, bounds: list[tuple[int | None, int | None]], days: float, left: float, running: list[bool]
) -> None:
    def at(day: int | None) -> int | None:
        return None if day is None else NOW + day * DAY

    offers = [
        {"offer_id": f"{n}", "campaign_id": "7", "starts": at(starts), "ends": at(ends), "item_ids": ["tea"]}
        for n, (starts, ends) in enumerate(bounds)
    ]
    lake = Lake(tmp_path)
    lake.write({"events": pl.DataFrame(EVENTS, infer_schema_length=None), "offers": pl.DataFrame(offers)})
    campaign = campaigns(lake)["7"]
    pair = pl.DataFrame({"customer_id": ["c1"], "campaign_id": ["7"], "as_of": [NOW]})
    told = pair_frame(lake, pair).row(0, named=True)
    assert (told["campaign_days"], told["days_left"]) == pytest.approx((days, left), nan_ok=True)
    assert [campaign.running(NOW + day * DAY) for day in (-10, -9, 5, 6)] == running
