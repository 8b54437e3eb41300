"""What came of decisions: literal events, and the outcomes that can be read off them."""

from __future__ import annotations

from pathlib import Path

import orjson
import polars as pl
import pytest

from features.lake import Lake
from serving.decisions.outcomes import outcomes_in

DAY = 86_400_000_000


def event(number: int, kind: str, day: float, **columns: object) -> dict[str, object]:
    who: dict[str, object] = {"customer_id": "1", "id": "1", "id_type": "user_id", "source": "http"}
    return {"event_id": f"e{number}", "kind": kind, "time": round(day * DAY), **who, **columns}


def choice(number: int, day: float, decision: str, offer: str, placement: str, position: int) -> dict[str, object]:
    told = orjson.dumps({"placement": placement, "position": position}).decode()
    return event(number, "decision", day, decision_id=decision, offer_id=offer, campaign_id="c", properties=told)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    rows = [
        choice(1, 10, "d1", "tea", "hero", 1),
        choice(2, 10, "d1", "cup", "hero", 2),
        choice(3, 12, "d2", "tea", "side", 1),
        event(4, "exposure", 10.1, decision_id="d1", offer_id="cup"),
        event(5, "exposure", 10.2, decision_id="d1", offer_id="cup"),
        event(6, "click", 10.3, decision_id="d1", offer_id="cup"),
        event(7, "order", 11, decision_id="d1", order_id="o1", order_line=1, value=500),  # names no offer: the first's
        event(8, "order", 11, decision_id="d1", order_id="o1", order_line=2, value=300),
        event(9, "refund", 11.5, decision_id="d1", order_id="o1", value=100),
        event(10, "redeem", 18, decision_id="d1", offer_id="tea"),  # too late
        event(11, "exposure", 11, offer_id="tea"),  # names no decision
        event(12, "click", 12, decision_id="d2", offer_id="tea"),  # at the very moment
    ]
    lake = Lake(tmp_path / "lake")
    lake.write({"events": pl.DataFrame(rows, infer_schema_length=None)})
    return lake


def test_events_that_name_a_decision_are_its_outcome(lake: Lake) -> None:
    told = outcomes_in(lake, within=7 * DAY, as_of=18 * DAY)
    columns = ("decision_id", "placement", "position", "offer_id", "exposed", "clicked", "redeemed")
    assert told.select(columns).rows() == [
        ("d1", "hero", 1, "tea", None, None, None),
        ("d1", "hero", 2, "cup", round(10.1 * DAY), round(10.3 * DAY), None),
        ("d2", "side", 1, "tea", None, 12 * DAY, None),
    ]
    assert told.select("orders", "value", "complete").rows() == [(1, 700, True), (0, 0, True), (0, 0, False)]
    assert told["customer_id"].to_list() == ["1", "1", "1"]


def test_what_comes_later_changes_no_outcome_as_of_before(lake: Lake) -> None:
    before = outcomes_in(lake, within=7 * DAY, as_of=round(10.2 * DAY))
    assert before.select("exposed", "clicked", "orders").rows() == [(None, None, 0), (round(10.1 * DAY), None, 0)]
