"""The smallest data a company may start with: customer, date, amount, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features import build, read_settings
from features.moments import micros
from features.onboarding.propose import propose


def test_three_columns_are_enough_for_profiles(tmp_path: Path) -> None:
    days = [(n, date(2024, 1, 1) + timedelta(days=7 * k + n)) for n in range(20) for k in range(12)]
    lines = ["customer_id,date,amount", *(f"{n},{day},{10 + n}.50" for n, day in days)]
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "stamkund.yaml").write_text(propose([tmp_path / "sales.csv"]).text)
    built = build(read_settings(tmp_path / "stamkund.yaml"), as_of=micros(date(2024, 4, 1)))
    customer = built.profiles.row(by_predicate=pl.col("customer_id") == "3", named=True)
    assert customer["orders_all"] == 12
    assert customer["spend_all"] == pytest.approx(12 * 13.5)
    assert customer["order_gap_mean_all"] == 7
