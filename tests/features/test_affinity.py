"""Affinity: a customer beside a campaign's products, by hand and by both evaluators."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.affinity import PAIR_FEATURES, campaigns, pair_frame, pair_vector
from features.lake import Lake
from features.record import Record
from features.units import DAY
from tests.features.events import NOW, Row, event

EVENTS: list[Row] = [
    event(100, value=400, item_id="tea"),
    event(20, value=300, item_id="tea"),
    event(20, value=100, item_id="salt", order_line=2),
    event(20, "coupon_applied", item_id="tea", discount=50),
    event(-1, value=900, item_id="cake"),
]
OFFERS = [
    {"offer_id": "a", "campaign_id": "7", "starts": NOW - 5 * DAY, "ends": NOW + 5 * DAY, "item_ids": ["tea"]},
    {"offer_id": "b", "campaign_id": "7", "starts": NOW - 5 * DAY, "ends": NOW + 5 * DAY, "item_ids": ["tea", "cake"]},
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.write({"events": pl.DataFrame(EVENTS, infer_schema_length=None), "offers": pl.DataFrame(OFFERS)})
    return lake


def test_affinity_counts_only_the_campaigns_products_up_to_as_of(lake: Lake) -> None:
    pairs = pl.DataFrame({"customer_id": ["c1", "nobody"], "campaign_id": ["7", "7"], "as_of": [NOW, NOW]})
    first, second = pair_frame(lake, pairs).select(PAIR_FEATURES).rows()
    # 2 offers on 2 products for 10 days; tea twice, once within 90 days for 3.00 of 4.00, and one coupon on it.
    assert first == (2, 2, 10, 2, 1, 300, 1, 0.75)
    assert str(second) == "(2.0, 2.0, 10.0, 0.0, 0.0, 0.0, 0.0, nan)"


def test_the_record_gives_the_frames_row(lake: Lake) -> None:
    for as_of in (NOW, NOW - 15 * DAY, NOW - 50 * DAY, NOW + 2 * DAY):
        pair = pl.DataFrame({"customer_id": ["c1"], "campaign_id": ["7"], "as_of": [as_of]})
        live = pair_vector(Record.of(EVENTS), campaigns(lake)["7"], as_of=as_of)
        assert repr(live.tolist()) == repr(list(pair_frame(lake, pair).select(PAIR_FEATURES).row(0)))


@pytest.mark.parametrize(("days", "running"), [(-6, False), (-5, True), (5, True), (6, False)])
def test_a_campaign_runs_while_an_offer_is_valid(lake: Lake, days: int, running: bool) -> None:  # noqa: FBT001
    assert campaigns(lake)["7"].running(NOW + days * DAY) == running
