"""The counts of a real shop's clicks are those that another tool tells.

Retentioneering 5.2.4 told them of ``ecom_clickstream/ecom.parquet``, without a window, by
``Funnel(Eventstream(df, schema)).fit(steps, path_col)`` of its wheel. It takes events of one second in the order of the
file's rows; here they count in the order of the steps, which by session makes a difference of one. A microsecond
between such rows makes both alike.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.config.sections.insights.journeys import JourneySettings
from features.events.kinds import canonical_kind
from insights.journeys.funnel import tally
from insights.journeys.journey import Journey

BUY = ("product_view", "add_to_cart", "cart", "shipping_details", "payment_details", "purchase")
SEARCH = ("search", "filter_results", "product_view", "add_to_cart", "purchase")
HOME = ("home", "catalog", "product_view", "wishlist_add", "purchase")
TWICE = ("product_view", "add_to_cart", "add_to_cart", "purchase", "purchase")
TROUBLE = ("payment_details", "payment_error", "support_chat", "purchase")
TOLD = [
    ("user_id", BUY, [598, 517, 429, 329, 222, 114]),
    ("user_id", SEARCH, [594, 549, 532, 405, 201]),
    ("user_id", HOME, [586, 579, 571, 334, 130]),
    ("user_id", TWICE, [598, 517, 374, 181, 47]),
    ("user_id", TROUBLE, [390, 77, 41, 8]),
    ("session_id", BUY, [2868, 944, 477, 194, 72, 15]),
    ("session_id", SEARCH, [2251, 996, 618, 134, 22]),
    ("session_id", HOME, [2099, 1518, 1035, 147, 9]),
    ("session_id", TWICE, [2868, 944, 82, 7, 0]),
    ("session_id", TROUBLE, [632, 70, 33, 2]),
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clicks(data: Path) -> pl.LazyFrame:
    """The events, a microsecond a row apart where they are of one second."""
    rows = pl.read_parquet(data / "ecom_clickstream" / "ecom.parquet").with_row_index("row")
    time = pl.col("timestamp").dt.epoch("us")
    apart = time + pl.col("row").cum_count().over("user_id", "timestamp")
    return rows.lazy().with_columns(
        time=time, apart=apart, kind=pl.col("event").map_elements(canonical_kind, pl.String),
        event_id=pl.format("e{}", "row"), order_id=pl.lit(None, pl.String),
    )  # fmt: skip


def counts(clicks: pl.LazyFrame, steps: tuple[str, ...]) -> list[int]:
    named = [{"kind": kind, "name": f"{place}_{kind}"} for place, kind in enumerate(steps)]
    journey = Journey.of("j", JourneySettings.model_validate({"steps": named}), minor_units=2)
    reached: list[int] = tally(clicks, journey, as_of=2**62).reached[0].tolist()
    return reached


@pytest.mark.parametrize(("path", "steps", "told"), TOLD)
def test_as_many_reach_each_step(clicks: pl.LazyFrame, path: str, steps: tuple[str, ...], told: list[int]) -> None:
    assert counts(clicks.with_columns(customer_id=path, time="apart"), steps) == told
    as_they_are = counts(clicks.with_columns(customer_id=path), steps)
    apart = [ours - theirs for ours, theirs in zip(as_they_are, told, strict=True)]
    assert set(apart) <= ({0} if path == "user_id" else {0, 1})
