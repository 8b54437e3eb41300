"""Uplifts: who was in which arm when, what came of it, and what may be declared."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from pydantic import TypeAdapter, ValidationError

from features.config.sections.targets.targets import TargetSettings
from features.errors import StamkundError
from features.lake import Lake
from features.units import DAY
from tests.training.targets.lakes import lake_of
from training.targets.declared import card_of, target_from, target_of
from training.targets.uplift import Uplift

DECLARED = {
    "type": "uplift",
    "treated": {"event": "contact", "campaign": "mens"},
    "control": {"event": "holdout", "campaign": "mens"},
    "outcome": {"event": "order"},
    "horizon": "14d",
    "randomised": True,
}


def declared(**settings: object) -> Uplift:
    adapter: TypeAdapter[TargetSettings] = TypeAdapter(TargetSettings)
    target = target_of("mail", adapter.validate_python(DECLARED | settings))
    assert isinstance(target, Uplift)
    return target


def lake(folder: Path) -> Lake:
    """Who was in which arm of which campaign, and what they ordered; days may be halves."""
    told = (
        ("ada", "contact", 10.5, "mens", None),
        ("ada", "order", 10.2, None, 300),  # on the day, before the contact: it counts in both arms alike
        ("ada", "order", 24.5, None, 900),  # after the horizon, which ends when day 24 begins
        ("bob", "holdout", 10.5, "mens", None),
        ("bob", "order", 9.9, None, 500),
        ("cyd", "contact", 10.5, "womens", None),
        ("dan", "contact", 10.1, "mens", None),
        ("dan", "holdout", 10.9, "mens", None),
        ("eve", "holdout", 40.0, "mens", None),
        ("eve", "order", 41.0, None, 700),
        ("eve", "refund", 42.0, None, 200),
    )
    rows = [(who, kind, round(day * DAY), campaign, value) for who, kind, day, campaign, value in told]
    return lake_of(folder, ("fragment", "kind", "time", "campaign_id", "value"), *rows)


def rows(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    """Who, at the begin of which day, known by which, with which label, in which arm."""
    days = frame.with_columns(((pl.col("as_of", "known_at") + 1) / DAY).cast(pl.Int64))
    return days.select("customer_id", "as_of", "known_at", "y", "treated").rows()


def test_both_arms_are_looked_at_from_when_the_day_begins(tmp_path: Path) -> None:
    assert rows(declared().labels(lake(tmp_path))) == [
        ("ada", 10, 24, 1, True),
        ("bob", 10, 24, 0, False),
        ("eve", 40, 54, 1, False),
    ]


def test_where_arms_stand_only_the_first_day_of_each_customer_counts(tmp_path: Path) -> None:
    told = [("ada", "contact", 10), ("ada", "holdout", 12), ("ada", "contact", 14), ("bob", "holdout", 11)]
    events = [(who, kind, day * DAY, "mens", None) for who, kind, day in told]
    standing = lake_of(tmp_path, ("fragment", "kind", "time", "campaign_id", "value"), *events)
    assert [row[:2] for row in rows(declared().labels(standing))] == [
        ("ada", 10),
        ("bob", 11),
        ("ada", 12),
        ("ada", 14),
    ]
    assert rows(declared(once=True).labels(standing)) == [("ada", 10, 24, 0, True), ("bob", 11, 25, 0, False)]


def test_the_value_of_orders_is_net_of_what_came_back(tmp_path: Path) -> None:
    told = rows(declared(measure="value").labels(lake(tmp_path)))
    assert [(who, y) for who, _, _, y, _ in told] == [("ada", 300), ("bob", 0), ("eve", 500)]


def test_what_is_known_by_a_moment_is_all_that_counts(tmp_path: Path) -> None:
    told = rows(declared().labels(lake(tmp_path), known_by=39 * DAY))
    assert [who for who, *_ in told] == ["ada", "bob"]


def test_a_model_keeps_its_target() -> None:
    target = declared(share=0.5)
    assert target_from(card_of(target)) == target


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"randomised": False}, "chance alone decided"),
        ({"control": {"event": "contact", "campaign": "mens"}}, "the same events"),
        ({"horizon": "0d"}, "horizon"),
        ({"share": 50}, "less than 1"),
        ({"treated": {"event": "contact", "campain": "mens"}}, "campain"),
        ({"measure": "money"}, "happens"),
    ],
)
def test_what_is_no_experiment_is_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises((ValidationError, StamkundError), match=said):
        declared(**settings)
