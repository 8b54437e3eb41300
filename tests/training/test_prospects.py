from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.config.sections.targets.targets import Gate
from features.config.settings import Settings
from features.lake import Lake
from features.units import DAY
from training.prospects import outlook, prospects, undeclared
from training.targets.lapse import Lapse
from training.walk.dataset import Dataset

LAPSE = Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
GATE = Gate(outcomes=10, horizons=3)
PLENTY = 84 * DAY


def rows(yes: int, no: int, *, moments: int = 4) -> Dataset:
    """So many outcomes at each of the past moments, a fortnight apart."""
    y = np.tile(np.repeat([1.0, 0.0], [yes, no]), moments)
    as_of = np.repeat(np.arange(moments) * 28 * DAY, yes + no)
    return Dataset(np.empty((len(y), 0)), y, as_of, as_of + 28 * DAY, np.arange(len(y)).astype(str), y >= 0)


def test_enough_outcomes_make_a_target_possible() -> None:
    # 4 moments x 20 of the rarer class = 80, more than 5 x 10; the last moment alone holds 20 and 80 to test on:
    # Q1 = 0.8/1.2, Q2 = 1.28/1.8: SE^2 = (0.16 + 19 x 0.02667 + 79 x 0.07111)/1600 = 0.003928, 1.645 SE = 0.10.
    answer = outlook(LAPSE, GATE, rows(20, 80), history_us=PLENTY)
    assert answer.outlook == "possible"
    assert answer.message == (
        "Of customers with order in the last 56 days: no order in the next 28 days. Seen at 4 past moments: 80 yes, "
        "320 no. Tested on the latest 100, a model's AUC can be told to ±0.10."
    )


def test_few_outcomes_are_said_to_be_few() -> None:
    assert outlook(LAPSE, GATE, rows(10, 80), history_us=PLENTY).outlook == "few outcomes"  # 40 < 5 x 10


def test_what_is_lacking_is_told_with_what_is_needed() -> None:
    few = outlook(LAPSE, GATE, rows(2, 80), history_us=PLENTY)
    short = outlook(LAPSE, GATE, rows(20, 80), history_us=PLENTY - DAY)
    assert (few.outlook, short.outlook) == ("not possible", "not possible")
    assert few.message.endswith("It needs 10 of each, and there are 8.")
    assert short.message.endswith("It needs 84 days of history, and there are 83.")


def test_outcomes_of_one_moment_leave_nothing_to_learn_from() -> None:
    answer = outlook(LAPSE, GATE, rows(20, 80, moments=1), history_us=PLENTY)
    assert answer.outlook == "not possible"
    assert "too close together" in answer.message


def test_only_what_the_data_could_answer_is_offered_beside_the_declared() -> None:
    assert [target.name for target in undeclared(["order"], [LAPSE])] == ["spend"]
    assert [target.name for target in undeclared(["contact", "order", "redeem"], [])] == [
        "lapse",
        "spend",
        "redemption",
    ]
    (goes_on,) = undeclared(["survey", "consent"], [])
    assert (goes_on.type, goes_on.event) == ("lapse", "survey")


@pytest.fixture
def shop(tmp_path: Path) -> Lake:
    """Forty customers who order every eighth day; half of them stop on the hundredth. Later they are reached."""
    orders = [
        {"customer_id": f"c{n}", "event_id": f"{n}-{d}", "kind": "order", "time": d * DAY, "value": 100}
        for n in range(40)
        for d in range(n % 8, 200 if n % 2 else 100, 8)
    ]
    later = [
        {"customer_id": f"c{n}", "event_id": f"{n}-{kind}", "kind": kind, "time": 200 * DAY, "value": None}
        for n in range(40)
        for kind in ("contact", "redeem")
    ]
    lake = Lake(tmp_path / "lake")
    lake.write({"events": pl.DataFrame([*orders, *later])})
    return lake


def test_prospects_count_what_training_would_learn_from(shop: Lake) -> None:
    settings = Settings.model_validate(
        {
            "name": "Shop", "home": str(shop.path.parent), "sources": {}, "gate": {"outcomes": 10, "horizons": 1},
            "targets": {"lapse": {"type": "lapse"}, "redemption": {"type": "redemption"}},
        }
    )  # fmt: skip
    lapse, redemption, spend = prospects(shop, settings, as_of=199 * DAY)
    # Lapse is looked at on days 171, 157, … 31. The 20 who stop order last on days 92 to 98: they lapse at 143, 129,
    # 115 and 101, and are no longer looked at on 157 and 171. The other 20 never lapse, at any of 11 moments.
    assert lapse.outlook == "possible"
    assert "Seen at 11 past moments: 80 yes, 320 no. Tested on the latest 80," in lapse.message
    # Spend is known for days 115, 101, … 31; at the first two, only the 20 who stay spend within 84 days.
    assert "Seen at 7 past moments: 240 with an amount, 40 without. Tested on the latest 40," in spend.message
    assert (spend.outlook, spend.declared) == ("possible", False)
    assert spend.next_step == "Declare it: `spend: {type: spend}` under `targets:`."
    assert redemption.message.endswith("It needs events of the kind contact and redeem; the data has order.")
    assert (redemption.outlook, redemption.declared) == ("not possible", True)


def test_a_history_too_short_for_any_past_moment_is_no_crash(shop: Lake) -> None:
    settings = Settings.model_validate(
        {"name": "Shop", "home": str(shop.path), "sources": {}, "targets": {"lapse": {"type": "lapse"}}}
    )
    (answer,) = prospects(shop, settings, as_of=20 * DAY)
    assert answer.outlook == "not possible"
    assert "Seen at 0 past moments" in answer.message
