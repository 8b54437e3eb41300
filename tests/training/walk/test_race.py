from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss, mean_tweedie_deviance

from training.targets import ScoreKind
from training.walk.race import ENTRIES, POWER, Entry, run_race, winner

RNG = np.random.default_rng(3)
ROWS = 3000
TRUTH = RNG.normal(size=ROWS)
CUSTOMERS = np.arange(ROWS).astype(np.str_)
CAME = (RNG.random(ROWS) < 1 / (1 + np.exp(-TRUTH))).astype(np.float64)
PAID = RNG.gamma(2.0, np.exp(TRUTH) / 2)


def test_the_loss_is_that_of_scores_of_the_right_level_and_spread() -> None:
    """The truth is stretched and shifted: that costs nothing, for what counts is the order."""
    (entry,) = run_race({"trees": 3 * TRUTH + 5}, CAME, CUSTOMERS, "probability")
    assert entry.loss == pytest.approx(log_loss(CAME, 1 / (1 + np.exp(-TRUTH))), abs=0.002)
    (amounts,) = run_race({"trees": TRUTH - 4}, PAID, CUSTOMERS, "amount")
    fitted = np.exp(TRUTH) * PAID.mean() / np.exp(TRUTH).mean()
    constant = 2 * np.mean(PAID ** (2 - POWER)) / ((1 - POWER) * (2 - POWER))  # of the outcomes alone
    deviance = mean_tweedie_deviance(PAID, fitted, power=POWER)
    assert 2 * amounts.loss + constant == pytest.approx(deviance, rel=1e-9)


@pytest.mark.parametrize(("kind", "y"), [("probability", CAME), ("amount", PAID)])
def test_every_entry_runs_and_the_better_order_is_ahead(
    kind: ScoreKind, y: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> None:
    raw = {"linear": TRUTH, "trees": TRUTH + RNG.normal(size=ROWS), "plain_trees": RNG.normal(size=ROWS)}
    race = run_race(raw, y, CUSTOMERS, kind)
    assert [entry.learners for entry in race] == [each for each in ENTRIES if "btyd" not in each]
    behind = {entry.name: entry.behind for entry in race}
    assert behind["linear"] == 0 < behind["trees"] < behind["plain_trees"]
    assert winner(race).name == "linear"


def test_rows_of_one_customer_are_one_witness() -> None:
    raw = {"linear": TRUTH + RNG.normal(size=ROWS), "trees": TRUTH}
    single, twice = (
        run_race(raw, CAME, CUSTOMERS, "probability"),
        run_race(
            {name: np.tile(each, 4) for name, each in raw.items()},
            np.tile(CAME, 4),
            np.tile(CUSTOMERS, 4),
            "probability",
        ),
    )
    assert twice[0].error == pytest.approx(single[0].error, rel=0.01)


@pytest.mark.parametrize(("behind", "kept"), [(0.004, "linear"), (0.0041, "trees")])
def test_a_simpler_entry_may_be_one_standard_error_behind(behind: float, kept: str) -> None:
    entries = [Entry(("linear",), 0.3, behind, 0.004), Entry(("trees",), 0.3, 0.0, 0.0)]
    assert winner(entries).name == kept
