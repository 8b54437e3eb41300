from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.dataset import Dataset
from training.walk_forward import block_start, outcome_count, walk_forward

HORIZON, MOMENTS, EACH = 20, range(10, 80, 10), 120


def table() -> Dataset:
    rng = np.random.default_rng(4)
    as_of = np.repeat(np.array(MOMENTS, dtype=np.int64), EACH)
    x = rng.normal(size=(len(as_of), 3))
    y = (rng.random(len(as_of)) < 1 / (1 + np.exp(-2 * x[:, 0]))).astype(np.float64)
    customers = np.tile(np.arange(EACH), len(MOMENTS)).astype(np.str_)
    return Dataset(x, y, as_of, as_of + HORIZON, customers, np.ones(len(y), dtype=np.bool_))


def test_a_block_is_the_latest_with_enough_outcomes() -> None:
    rows = table().known_by(80)  # moments 10 … 60
    assert block_start(rows, "probability", outcomes=30) == 60
    assert block_start(rows, "probability", outcomes=100) == 50
    assert block_start(rows, "probability", outcomes=100_000) is None


def test_the_rarer_class_counts_and_for_amounts_what_was_paid() -> None:
    rows = replace(table(), y=np.where(np.arange(len(table())) < 100, 5.0, 0.0))
    assert outcome_count(rows, "probability") == outcome_count(rows, "amount") == 100
    assert outcome_count(replace(rows, y=rows.y + 1), "amount") == len(rows)


def test_the_evidence_begins_at_the_cut_and_was_known() -> None:
    fitted = walk_forward(table(), "probability", as_of=80, outcomes=30)
    assert fitted is not None
    assert fitted.test_start == 60
    assert set(fitted.test.as_of.tolist()) == {60}


def test_nothing_that_became_known_later_changes_anything() -> None:
    rows = table()
    future = rows.known_at > 80
    other = replace(rows, y=np.where(future, 1 - rows.y, rows.y), x=np.where(future[:, None], 9.0, rows.x))
    one, two = (walk_forward(each, "probability", as_of=80, outcomes=30) for each in (rows, other))
    assert one is not None
    assert two is not None
    assert one.booster.model_to_string() == two.booster.model_to_string()
    assert one.calibration == two.calibration
    assert one.test_scores.tolist() == two.test_scores.tolist()


def test_the_judged_scores_do_not_depend_on_labels_of_their_own_time() -> None:
    """Labels that were not known at the cut may change the final model, never the scores that the gate sees."""
    rows = table()
    unknown = (rows.known_at > 60) & (rows.known_at <= 80)
    other = replace(rows, y=np.where(unknown, 1 - rows.y, rows.y))
    one, two = (walk_forward(each, "probability", as_of=80, outcomes=30) for each in (rows, other))
    assert one is not None
    assert two is not None
    assert one.test_scores.tolist() == two.test_scores.tolist()
    assert one.booster.model_to_string() != two.booster.model_to_string()


def test_too_few_outcomes_give_no_fit() -> None:
    assert walk_forward(table(), "probability", as_of=80, outcomes=10_000) is None
