from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import lightgbm as lgb
import numpy as np
import pytest

from features.arrays import Floats
from training.learners.blend import Blend
from training.learners.calibration import BLOCK_PRIOR, Platt, fit_platt
from training.learners.trees import THREADS, fit_trees
from training.level.forecast import forecast
from training.level.history import History, Series, unlinked
from training.targets import ScoreKind
from training.walk.dataset import Dataset
from training.walk.race import ENTRIES
from training.walk.walk_forward import QUICK, WalkForward, block_start, outcome_count, walk_forward

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
    assert one.scorer.files() == two.scorer.files()
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
    assert one.scorer.files() != two.scorer.files()


def test_too_few_outcomes_give_no_fit() -> None:
    assert walk_forward(table(), "probability", as_of=80, outcomes=10_000) is None


def growing() -> Dataset:
    """The same, where one feature grows for everybody and is aligned."""
    rows = table()
    return replace(rows, x=rows.x + np.outer(rows.as_of / 10, [1, 0, 0]), aligned=(0,))


def out_of_time(rows: Dataset, kind: ScoreKind, *, at: int, since: int | None = None) -> tuple[Floats, Floats]:
    """What trees made at a moment say of the rows of that moment (``since``: of another), and what came of them."""
    past, then = rows.aligned_to(at), rows.where(rows.as_of == (since or at))
    return fit_trees(past.x, past.y, kind).raw(then.x), then.y


def test_scores_are_judged_with_the_calibration_of_the_block_before_them_and_the_last_is_the_models() -> None:
    """Known at 70 are the moments 10 … 50. The last is judged, of the 10 … 30 known by then the last calibrates it."""
    rows = growing()
    found = walk_forward(rows, "probability", as_of=70, outcomes=30, learners=QUICK)
    assert found is not None
    assert (found.test_start, set(found.test.as_of.tolist())) == (50, {50})
    judged, came = out_of_time(rows, "probability", at=50)
    before = fit_platt(*out_of_time(rows, "probability", at=30), precision=BLOCK_PRIOR)
    assert found.test_scores.tolist() == before.apply(judged, "probability").tolist()
    assert found.calibration == fit_platt(judged, came, precision=BLOCK_PRIOR)
    assert Platt() not in (before, found.calibration)
    past = rows.aligned_to(70)
    assert set(past.as_of.tolist()) == {10, 20, 30, 40, 50}
    assert found.scorer.files() == Blend({"trees": fit_trees(past.x, past.y, "probability")}).files()


def test_without_a_block_before_the_judged_scores_are_raw() -> None:
    rows = growing()
    found = walk_forward(
        rows, "probability", as_of=50, outcomes=30
    )  # known are 10 … 30; of the one known at 30, none before
    assert found is not None
    assert (
        found.test_scores.tolist() == Platt().apply(out_of_time(rows, "probability", at=30)[0], "probability").tolist()
    )
    assert found.calibration == fit_platt(*out_of_time(rows, "probability", at=30), precision=BLOCK_PRIOR)


def test_amounts_are_learnt_over_their_moments_mean_and_add_up_as_the_block_before_did() -> None:
    rows = growing()
    paid = replace(rows, y=rows.y * rows.as_of)  # a moment of plenty is no other order of customers
    plain, more = (walk_forward(each, "amount", as_of=70, outcomes=30, learners=QUICK) for each in (rows, paid))
    assert plain is not None
    assert more is not None
    assert plain.scorer.files() == more.scorer.files()
    assert more.calibration.slope == 1.0
    assert more.calibration.apply(more.scorer.raw(more.test.x), "amount").mean() > 0
    then = rows.where(rows.as_of == 30)
    assert more.test_scores.mean() / plain.test_scores.mean() == pytest.approx(30.0)  # the level of the block at 30
    assert len(then) == EACH


def told(rows: Dataset) -> Dataset:
    """The rows with the levels of their moments, each known a horizon later."""
    past = rows.where(rows.known_at <= 80)
    whole, quarter = (Series.of(past.as_of, past.y, horizon, "probability") for horizon in (HORIZON, HORIZON // 4))
    return replace(rows, history=History(whole, quarter))


def test_scores_add_up_to_the_level_that_was_forecast_for_those_to_be_scored() -> None:
    """At 50 the forecast is made of 10 … 30, at 70 of 10 … 50; each for the customers of its own moment."""
    rows = told(growing())
    found = walk_forward(rows, "probability", as_of=70, outcomes=30, learners=QUICK)
    assert found is not None
    assert rows.history is not None
    for at, scores in (
        (50, found.test_scores),
        (70, found.calibration.apply(of_moment(found, rows, 70), "probability")),
    ):
        level = forecast(rows.history, at)
        assert level is not None
        assert scores.mean() == pytest.approx(unlinked(level.value, "probability"), abs=1e-9)
    assert found.level == forecast(rows.history, 70)


def of_moment(found: WalkForward, rows: Dataset, moment: int) -> Floats:
    return found.scorer.raw(rows.x[rows.as_of == moment])


def test_the_race_is_run_on_outcomes_that_none_had_seen_and_its_winner_makes_the_model() -> None:
    """The label follows one feature in a straight line: the linear learner is as good as any, and the simplest."""
    found = walk_forward(table(), "probability", as_of=80, outcomes=30)
    assert found is not None
    assert [entry.learners for entry in found.race] == [each for each in ENTRIES if "btyd" not in each]
    assert min(entry.behind for entry in found.race) == 0
    assert list(found.scorer.members) == ["linear"]


def test_a_quick_training_runs_trees_alone() -> None:
    found = walk_forward(table(), "probability", as_of=80, outcomes=30, learners=QUICK)
    assert found is not None
    assert list(found.scorer.members) == ["trees"]
    assert [entry.learners for entry in found.race] == [("trees",)]


def test_models_that_grow_and_score_side_by_side_use_one_number_of_threads() -> None:
    """LightGBM has one for the whole process: another while trees grow ends it."""
    predict = lgb.Booster.predict
    with (
        patch.object(lgb, "train", wraps=lgb.train) as growing_trees,
        patch.object(lgb.Booster, "predict", autospec=True, side_effect=predict) as scoring,
    ):
        assert walk_forward(growing(), "probability", as_of=70, outcomes=30, learners=QUICK) is not None
    assert [call.args[0]["num_threads"] for call in growing_trees.call_args_list] == [THREADS] * 3
    assert [call.kwargs["num_threads"] for call in scoring.call_args_list] == [THREADS] * 2


def test_what_is_not_fresh_is_no_outcome_more() -> None:
    rows = table()
    half = replace(rows, fresh=np.arange(len(rows)) % 2 == 0)
    assert outcome_count(half, "probability") == outcome_count(half.where(half.fresh), "probability")
    assert outcome_count(half, "amount") == int(rows.y[::2].sum()) < int(rows.y.sum())


@pytest.mark.parametrize(("before", "found"), [(5, 20), (4, None)])
def test_before_a_block_half_as_many_outcomes_must_have_been_known(before: int, found: int | None) -> None:
    """Some yes and as many no at moment 10, known at 15; 10 of each at moment 20."""
    y = np.repeat([1.0, 0.0, 1.0, 0.0], [before, before, 10, 10])
    as_of = np.repeat(np.array([10, 20], dtype=np.int64), [2 * before, 20])
    rows = Dataset(np.zeros((len(y), 1)), y, as_of, as_of + 5, np.arange(len(y)).astype(np.str_), y >= 0)
    assert block_start(rows, "probability", outcomes=10) == found
    assert block_start(rows, "probability", outcomes=11) is None  # with moment 10 there are enough, and none before
    late = replace(rows, known_at=np.where(as_of == 10, 21, 30))
    assert block_start(late, "probability", outcomes=10) is None  # there were as many, but nobody knew


def test_a_moment_before_which_nothing_is_known_is_no_test_however_few_outcomes_are_asked() -> None:
    only = table().where(table().as_of == 10)
    assert outcome_count(only, "probability") > 1
    assert walk_forward(only, "probability", as_of=80, outcomes=1) is None
    assert walk_forward(only, "amount", as_of=80, outcomes=1) is None
