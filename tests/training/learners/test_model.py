from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logit

from features.arrays import Floats
from features.errors import StamkundError
from features.units import DAY
from training.learners.blend import Blend
from training.learners.calibration import Platt
from training.learners.linear import fit_linear
from training.learners.model import Model, quantiles
from training.learners.trees import fit_trees
from training.targets import ScoreKind
from training.targets.lapse import Lapse
from training.targets.spend import Spend

ROWS, NAMES = 600, ("a", "b", "c")
X = np.random.default_rng(2).normal(size=(ROWS, 3))
X[::7, 2] = np.nan


def scorer_of(y: Floats, kind: ScoreKind) -> Blend:
    """Trees and a linear learner together."""
    return Blend({"linear": fit_linear(X, y, kind), "trees": fit_trees(X, y, kind)})


def model_of(type_: type[Lapse | Spend]) -> Model:
    target = type_("test", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
    y = (X[:, 0] > 0).astype(np.float64) if target.score_kind == "probability" else np.maximum(X[:, 0], 0.0) * 40
    model = Model("test", 4, target, scorer_of(y, target.score_kind), Platt(1.2, -0.1), NAMES, "cafe", (), 123)
    return Model(**{**model.__dict__, "percentiles": quantiles(model.predict(X))})


@pytest.fixture(scope="module", params=[Lapse, Spend])
def model(request: pytest.FixtureRequest) -> Model:
    return model_of(request.param)


def test_a_row_alone_scores_as_in_any_batch(model: Model) -> None:
    batch = model.predict(X, num_threads=2)
    assert [model.predict(X[i : i + 1])[0] for i in range(ROWS)] == batch.tolist()
    assert repr([model.reasons(X[i : i + 1])[0] for i in range(40)]) == repr(model.reasons(X[:40]))  # NaN too


def test_saved_and_loaded_it_is_the_same(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = Model.load(tmp_path)
    assert loaded.predict(X).tolist() == model.predict(X).tolist()
    assert repr(loaded.reasons(X[:20])) == repr(model.reasons(X[:20]))
    fields = ("name", "version", "target", "calibration", "feature_names", "feature_set_hash", "percentiles", "as_of")
    assert [getattr(loaded, f) for f in fields] == [getattr(model, f) for f in fields]


def test_its_files_are_text(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linear.json", "model.json", "trees.txt"]
    assert json.loads((tmp_path / "model.json").read_text())["target"]["event"] == "order"
    assert (tmp_path / "trees.txt").read_text().startswith("tree\n")


def test_reasons_add_up_to_the_log_odds() -> None:
    model = model_of(Lapse)
    parts = [sum(reason.contribution for reason in reasons) for reasons in model.reasons(X, top=3)]
    rest = logit(model.predict(X)) - parts  # what no feature adds: the same for everybody
    assert rest == pytest.approx(rest[0], abs=1e-9)


def test_reasons_are_the_largest_first_and_carry_values(model: Model) -> None:
    first = model.reasons(X[:1], top=2)[0]
    assert first[0].code == "a"
    assert first[0].value == X[0, 0]
    assert abs(first[0].contribution) >= abs(first[1].contribution)


def test_percentiles_run_from_1_to_99(model: Model) -> None:
    scores = model.predict(X)
    places = model.percentile(np.array([-1e9, scores.min(), np.median(scores), scores.max(), 1e9]))
    assert places[0] == 1
    assert 45 <= places[2] <= 55 or model.score_kind == "amount"  # half of the amounts are nearly equal
    assert places[3] == places[4] == 99


def test_amounts_are_never_negative() -> None:
    assert (model_of(Spend).predict(X) >= 0).all()


def test_a_card_of_an_older_version_is_read(model: Model, tmp_path: Path) -> None:
    """Cards used to hold every key of every type of target."""
    model.save(tmp_path)
    card = json.loads((tmp_path / "model.json").read_text())
    card["target"] |= {"response": None}
    (tmp_path / "model.json").write_text(json.dumps(card))
    assert Model.load(tmp_path).target == model.target
    card["target"] |= {"type": "horoscope"}
    (tmp_path / "model.json").write_text(json.dumps(card))
    with pytest.raises(StamkundError, match="Train it again") as refused:
        Model.load(tmp_path)
    assert refused.value.code == "unknown_target_type"


def test_scores_are_calibrated_on_the_scale_on_which_parts_add_up() -> None:
    lapse, spend = model_of(Lapse), model_of(Spend)
    assert logit(lapse.predict(X)) == pytest.approx(1.2 * lapse.scorer.raw(X) - 0.1, abs=1e-9)
    assert np.log(spend.predict(X)) == pytest.approx(1.2 * spend.scorer.raw(X) - 0.1, abs=1e-9)


def test_a_blend_says_the_mean_of_its_members() -> None:
    scorer = model_of(Lapse).scorer
    members = list(scorer.members.values())
    assert scorer.raw(X) == pytest.approx(np.mean([each.raw(X) for each in members], axis=0), abs=1e-12)
    assert scorer.importance().sum() == pytest.approx(1.0)
    assert Blend({"trees": members[1]}).raw(X).tolist() == members[1].raw(X).tolist()


class Told(Blend):
    """A scorer that says these contributions of each row: ``a, b, c``."""

    def contributions(self, x: Floats, *, num_threads: int = 1) -> Floats:
        assert len(x) == 2
        assert num_threads == 1
        return np.array([[0.2, -0.5, 0.1], [0.0, 0.0, -0.3]])


@pytest.mark.parametrize(("type_", "scale"), [(Lapse, 1.2), (Spend, 1.2)])
def test_reasons_are_ordered_by_size_whatever_their_sign_and_are_told_as_calibrated(
    type_: type[Lapse | Spend], scale: float
) -> None:
    model = replace(model_of(type_), scorer=Told({}))
    rows = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    found = [[(r.code, r.value, r.contribution) for r in reasons] for reasons in model.reasons(rows, top=2)]
    assert found == [[("b", 2.0, -0.5 * scale), ("a", 1.0, 0.2 * scale)], [("c", 6.0, -0.3 * scale)]]


def test_a_percentile_tells_how_many_hundredths_score_no_higher() -> None:
    model = replace(model_of(Lapse), percentiles=quantiles(np.arange(101.0)))  # bounds 0, 1 … 100
    places = [(-1.0, 1), (0.5, 1), (1.0, 1), (49.5, 49), (98.5, 98), (99.5, 99), (100.0, 99)]
    assert model.percentile(np.array([score for score, _ in places])).tolist() == [place for _, place in places]


def test_who_brought_back_more_than_they_bought_spent_nothing() -> None:
    y = X[:, 0] * 40
    trees = [fit_trees(X, amounts, "amount").text() for amounts in (y, np.maximum(y, 0.0))]
    assert trees[0] == trees[1]
