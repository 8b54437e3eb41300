"""What control arms show: literal events, and the differences that can be worked out from them by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from features.config.sections.consent import ConsentSettings
from features.config.settings import Settings
from features.lake import Lake
from serving.decisions.effects import effects

DAY = 86_400_000_000
Row = dict[str, object]
CONTROL = {
    "holdout": {"share": 0.2},
    "likely": {"share": 0.2, "gets": "propensity"},
    "no_spring": {"share": 0.1, "campaign": "spring"},
}


def event(customer: str, kind: str, day: float, **columns: object) -> Row:
    who: Row = {"customer_id": customer, "id": customer, "id_type": "user_id", "source": "http"}
    return {"event_id": f"{customer}-{kind}-{day}-{columns}", "kind": kind, "time": round(day * DAY), **who, **columns}


def shop_of(folder: Path, rows: list[Row]) -> Settings:
    settings = Settings.model_validate(
        {"name": "Shop", "home": str(folder), "sources": {}, "clock": "1970-03-01T00:00:00",
         "decisions": {"control": CONTROL, "attribution": {"within": "7d"}}},
    )  # fmt: skip
    columns = {"status": pl.String, "campaign_id": pl.String, "value": pl.Int64, "order_id": pl.String}
    Lake(settings.lake).write({"events": pl.DataFrame(rows, infer_schema_length=None, schema_overrides=columns)})
    return settings


ROWS = [
    # In no arm: three, of whom two order in time, for 9.00 net and 3.00.
    event("a", "decision", 10, campaign_id="spring"),
    event("a", "order", 10, value=100),  # at the very moment: it came before
    event("a", "order", 12, value=1000, order_id="o"),
    event("a", "refund", 13, value=100, order_id="o"),
    event("b", "decision", 10),
    event("b", "decision", 16.5, campaign_id="spring"),  # the first one begins, and of spring this one
    event("b", "order", 17, value=300),
    event("b", "order", 18, value=100),  # too late of the first, in time of that of spring
    event("c", "decision", 10),
    # Held out: two, of whom one orders for 2.00; another is followed still.
    event("d", "holdout", 10, status="holdout", campaign_id="spring"),
    event("d", "order", 11, value=200),
    event("e", "holdout", 10, status="holdout"),
    event("f", "holdout", 58, status="holdout"),
    # Of another arm, and held back from spring alone: she orders for 5.00.
    event("g", "decision", 10, status="likely"),
    event("h", "holdout", 10, status="no_spring", campaign_id="spring"),
    event("h", "order", 11, value=500),
]


def test_those_in_no_arm_are_compared_with_those_in_one(tmp_path: Path) -> None:
    told = effects(shop_of(tmp_path, ROWS), as_of=59 * DAY)
    names = ("arm", "outcome", "customers", "figure", "arm_customers", "arm_figure", "open")
    assert told.select(names).rows() == [
        ("holdout", "ordered", 3, pytest.approx(2 / 3), 2, 0.5, 1),
        ("holdout", "value", 3, 4.0, 2, 1.0, 1),  # (9 + 3 + 0) / 3 and (2 + 0) / 2
        ("likely", "ordered", 3, pytest.approx(2 / 3), 1, 0.0, 0),
        ("likely", "value", 3, 4.0, 1, 0.0, 0),
        ("no_spring", "ordered", 2, 1.0, 1, 1.0, 0),  # a and b were shown something of spring
        ("no_spring", "value", 2, 6.5, 1, 5.0, 0),  # (9 + 4) / 2
    ]
    assert told["effect"].to_list() == pytest.approx([1 / 6, 3.0, 2 / 3, 4.0, 0.0, 1.5])
    (of_shares,) = told.filter(arm="holdout", outcome="ordered").iter_rows(named=True)
    assert of_shares["low"] < 0 < of_shares["high"]
    assert told.filter(arm="likely", outcome="value").select("low", "high").row(0) == (None, None)  # of one customer


def test_what_comes_later_changes_nothing_and_without_any_the_figures_are_empty(tmp_path: Path) -> None:
    settings = shop_of(tmp_path / "all", ROWS)
    early = shop_of(tmp_path / "early", [row for row in ROWS if int(str(row["time"])) <= 17.5 * DAY])
    assert effects(settings, as_of=round(17.5 * DAY)).equals(effects(early, as_of=round(17.5 * DAY)), null_equal=True)
    none = effects(settings, as_of=DAY)
    assert none["effect"].null_count() == len(none) == 6
    assert none["customers"].sum() == 0


def test_who_does_not_allow_insights_is_in_no_figure(tmp_path: Path) -> None:
    settings = shop_of(tmp_path, [*ROWS, event("c", "consent", 9, purpose="analytics", status="denied")])
    declared: Row = {"default": "allowed", "purposes": {"analytics": {"gates": ["insights"]}}}
    consent = ConsentSettings.model_validate(declared)
    told = effects(settings.model_copy(update={"consent": consent}), as_of=59 * DAY)
    assert told.filter(arm="holdout")["figure"].to_list() == [1.0, 6.0]  # a and b alone


def crowd(rng: random.Random) -> Iterator[Row]:
    """Two in five order for 10.00; of those who are shown something, half."""
    for number in range(4_000):
        held = number % 4 == 0
        yield event(str(number), "holdout" if held else "decision", 10, status="holdout" if held else None)
        if rng.random() < (0.4 if held else 0.5):
            yield event(str(number), "order", 11, value=1000)


def test_a_planted_effect_is_found(tmp_path: Path) -> None:
    told = effects(shop_of(tmp_path, [*crowd(random.Random(3))]), as_of=59 * DAY)  # noqa: S311  (no secret)
    ordered, value = told.filter(arm="holdout").iter_rows(named=True)
    assert ordered["low"] < 0.1 < ordered["high"]
    assert value["low"] < 1.0 < value["high"]
    assert ordered["low"] > 0
    assert ordered["p_value"] < 0.001
